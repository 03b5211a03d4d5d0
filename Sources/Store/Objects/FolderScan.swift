import Documents
import Glibc

/// What lies in some folders, each thing looked at once and not read.
struct FolderScan {
  struct File: Sendable {
    var path: String
    /// Relative to the folder that is stored.
    var name: String
    var kind: Manifest.Entry.Kind
    var stamp: FileStamp
  }

  private(set) var files: [File] = []
  /// Links with their targets.
  private(set) var links: [(String, String)] = []
  /// Folders, empty ones included.
  private(set) var others: [(String, Manifest.Entry)] = []

  mutating func add(path: String, name: String, while goesOn: () -> Bool = { true }) throws {
    var facts = stat()
    guard lstat(path, &facts) == 0 else { throw SystemFailure("read \(path)", errno) }
    try add(path: path, name: name, facts, while: goesOn)
  }

  /// Adds what a folder holds, each name behind the prefix.
  mutating func add(folder: String, prefix: String, while goesOn: () -> Bool) throws {
    guard goesOn() else { throw StoringGivenUp() }
    guard let stream = opendir(folder) else { throw SystemFailure("read \(folder)", errno) }
    defer { closedir(stream) }
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw SystemFailure("read \(folder)", errno) }
        return
      }
      guard let name = try FolderScan.name(of: entry, in: folder) else { continue }
      var facts = stat()
      let path = folder + "/" + name
      guard fstatat(dirfd(stream), name, &facts, AT_SYMLINK_NOFOLLOW) == 0 else {
        // Removed since the folder was read.
        if errno == ENOENT { continue }
        throw SystemFailure("read \(path)", errno)
      }
      try add(path: path, name: prefix + name, facts, while: goesOn)
    }
  }

  private mutating func add(
    path: String,
    name: String,
    _ facts: stat,
    while goesOn: () -> Bool
  ) throws {
    switch facts.st_mode & S_IFMT {
    case S_IFREG:
      let kind: Manifest.Entry.Kind = facts.st_mode & S_IXUSR != 0 ? .executable : .file
      files.append(File(path: path, name: name, kind: kind, stamp: FileStamp(facts)))
    case S_IFLNK: links.append((name, try FolderScan.target(of: path)))
    case S_IFDIR:
      others.append((name, Manifest.Entry(kind: .folder, digest: nil, size: 0)))
      try add(folder: path, prefix: name + "/", while: goesOn)
    default:
      throw Explanation(
        what: "\(path) cannot be stored.",
        why: "It is a device, a socket or a pipe.",
        next: "Remove it from the output."
      )
    }
  }

  /// Nil for the folder itself and the one above it.
  private static func name(
    of entry: UnsafeMutablePointer<dirent>,
    in folder: String
  ) throws -> String? {
    let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
    let start = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
    if start[0] == 46 && (start[1] == 0 || (start[1] == 46 && start[2] == 0)) { return nil }
    guard let name = String(validatingCString: start) else {
      throw Explanation(
        what: "\(String(cString: start)) in \(folder) cannot be stored.",
        why: "Its name is not UTF-8.",
        next: "Rename it."
      )
    }
    return name
  }

  private static func target(of path: String) throws -> String {
    try withUnsafeTemporaryAllocation(byteCount: Int(PATH_MAX), alignment: 1) { buffer in
      let count = buffer.withMemoryRebound(to: CChar.self) { characters in
        characters.baseAddress.map { readlink(path, $0, characters.count) } ?? -1
      }
      guard count >= 0 else { throw SystemFailure("read \(path)", errno) }
      let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}
