import Glibc

/// What a home takes on its disks, in bytes.
package struct Usage: Sendable, Equatable, Codable {
  /// Artifacts and snapshots.
  package var objects = 0
  package var objectCount = 0
  /// Logs, metrics and work folders.
  package var runs = 0
  /// What `down` and `rm` removed, and damaged objects that were moved aside.
  package var trash = 0
  /// The gallery and the Python module.
  package var share = 0
  /// The catalog with its journal, and what is known of files.
  package var state = 0

  package var total: Int { objects + runs + trash + share + state }

  package init() {}
}

extension Home {
  /// Looks at every file of the home, instances and buckets excepted: they are the user's own.
  package func usage() throws -> Usage {
    var usage = Usage()
    let objects = try ObjectStore(home: self).objects()
    usage.objects = objects.reduce(0) { $0 + $1.space }
    usage.objectCount = objects.count
    usage.runs = DiskUse.bytes(below: runs)
    usage.trash = DiskUse.bytes(below: trash) + DiskUse.bytes(below: damagedObjects)
    usage.share = DiskUse.bytes(below: share)
    usage.state = stateBytes
    return usage
  }

  /// Where damaged objects are moved to.
  var damagedObjects: String { objects + "/damaged" }

  var stateBytes: Int {
    [catalog, catalog + "-wal", catalog + "-shm", knownFiles, agentLog]
      .reduce(0) { $0 + DiskUse.bytes(below: $1) }
  }

  /// What a run's folder takes.
  package func use(ofRun run: Int) -> Int { DiskUse.bytes(below: self.run(run)) }
}

/// The space of files and folders, as the file system gives it out.
enum DiskUse {
  /// Of a file or of a folder with all that is in it; 0 for what is not there; links are not followed.
  static func bytes(below path: String) -> Int {
    var bytes = 0
    walk(path) { _, facts in bytes += Int(facts.st_blocks) * 512 }
    return bytes
  }

  /// Of a file or a folder without what is in it; 0 for what is not there.
  static func bytes(of path: String) -> Int {
    var facts = stat()
    return lstat(path, &facts) == 0 ? Int(facts.st_blocks) * 512 : 0
  }

  /// Of the files that lie directly in a folder.
  static func bytes(inFilesOf folder: String) -> Int {
    guard let stream = opendir(folder) else { return 0 }
    defer { closedir(stream) }
    var bytes = 0
    while let entry = readdir(stream) {
      let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
      let name = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
      var facts = stat()
      guard fstatat(dirfd(stream), name, &facts, AT_SYMLINK_NOFOLLOW) == 0,
        facts.st_mode & S_IFMT == S_IFREG
      else { continue }
      bytes += Int(facts.st_blocks) * 512
    }
    return bytes
  }

  /// Calls for a path and all that is below it, in no order.
  static func walk(_ path: String, _ body: (String, stat) -> Void) {
    var open = [path]
    while let path = open.popLast() {
      var facts = stat()
      guard lstat(path, &facts) == 0 else { continue }
      body(path, facts)
      if facts.st_mode & S_IFMT == S_IFDIR { open += names(in: path).map { path + "/" + $0 } }
    }
  }

  /// The names in a folder that are UTF-8; none where it cannot be read.
  static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
      let start = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
      guard let name = String(validatingCString: start), name != ".", name != ".." else { continue }
      names.append(name)
    }
    return names
  }
}
