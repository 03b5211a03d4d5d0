import Glibc

/// What the file system says of a file without reading it: equal stamps mean that nobody wrote it.
///
/// Modification time alone can be set back by anybody (`touch -r`); the time of change cannot.
package struct FileStamp: Sendable, Hashable, Codable {
  package let device: UInt64
  package let inode: UInt64
  package let size: Int
  /// Nanoseconds since 1970.
  package let modified: Int64
  package let changed: Int64

  /// A file's stamp, not that of what a link leads to; nil where there is none.
  package init?(path: String) {
    var facts = stat()
    guard lstat(path, &facts) == 0 else { return nil }
    self.init(facts)
  }

  /// The stamp of what a path leads to; nil where there is none.
  package init?(following path: String) {
    var facts = stat()
    guard stat(path, &facts) == 0 else { return nil }
    self.init(facts)
  }

  /// By what tells most of them apart: there are ten thousands in a table.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(inode)
    hasher.combine(changed)
  }

  init(_ facts: stat) {
    device = UInt64(truncatingIfNeeded: facts.st_dev)
    inode = UInt64(truncatingIfNeeded: facts.st_ino)
    size = Int(facts.st_size)
    modified = FileStamp.nanoseconds(facts.st_mtim)
    changed = FileStamp.nanoseconds(facts.st_ctim)
  }

  init(device: UInt64, inode: UInt64, size: Int, modified: Int64, changed: Int64) {
    self.device = device
    self.inode = inode
    self.size = size
    self.modified = modified
    self.changed = changed
  }

  /// Whether a write right after `time` could have left the stamp as it is.
  ///
  /// File systems count time in steps of up to 2 seconds: what was written in the step in which it was
  /// read may change once more unseen (git's racy entries).
  package func isRacy(at time: Int64) -> Bool {
    time &- Swift.max(modified, changed) < 2_000_000_000
  }

  /// Now, in nanoseconds since 1970.
  package static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return nanoseconds(time)
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
