import CSystem
import Foundation
import Glibc
import Store

/// A file that comes to its place whole, by whoever is first there.
enum FirstFile {
  /// Puts a file with these bytes at `path`, unless something lies there.
  ///
  /// Nobody ever sees it in part, or without its lock where it gets one (flock, exclusive). `isUnnamed`: it has no
  /// name until it is whole, so that a kill leaves nothing behind; else, and where the file system knows no such files,
  /// a temporary one.
  ///
  /// - Returns: its descriptor, for reading and writing, which holds the lock; nil where another one was first.
  static func put(
    _ bytes: some ContiguousBytes,
    at path: String,
    isLocked: Bool = false,
    isUnnamed: Bool? = nil
  ) throws -> Int32? {
    func fill(_ descriptor: Int32) throws {
      do {
        try bytes.withUnsafeBytes { try writeAll($0, to: descriptor, path) }
        guard !isLocked || flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
          throw SystemFailure("lock \(path)", errno)
        }
      } catch {
        close(descriptor)
        throw error
      }
    }

    let folder = parent(of: path)
    let unnamed = isUnnamed ?? namesCheaply(folder) ? lathe_open_unnamed(folder) : -1
    if unnamed >= 0 {
      try fill(unnamed)
      let own = "/proc/self/fd/\(unnamed)"
      if linkat(AT_FDCWD, own, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 { return unnamed }
      let isLate = errno == EEXIST
      close(unnamed)
      if isLate { return nil }
    }
    let temporary = path + ".\(getpid()).\(UInt32.random(in: .min ... .max))"
    let descriptor = open(temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemFailure("write \(temporary)", errno) }
    defer { unlink(temporary) }
    try fill(descriptor)
    if link(temporary, path) == 0 { return descriptor }
    let failure = errno
    close(descriptor)
    if failure == EEXIST { return nil }
    throw SystemFailure("write \(path)", failure)
  }

  /// ZFS waits for its next transaction group, seconds perhaps, to give such a file a name (zfs_link).
  private static func namesCheaply(_ folder: String) -> Bool {
    lathe_file_system(folder) != 0x2fc1_2fc1
  }
}
