import Glibc

/// What lies in one folder, each thing looked at once and not read; in the order of the names' bytes.
package struct FolderListing: Sendable {
  package enum Kind: Sendable { case file, executable, link, folder, special }

  package struct Entry: Sendable {
    package let name: String
    package let kind: Kind
    package let stamp: FileStamp
  }

  private(set) var identity: FolderIdentity
  package private(set) var entries: [Entry] = []
  /// The first name that is not UTF-8: what has it is in no entry.
  private(set) var unreadableName: String?

  /// Throws `SystemFailure` where the folder cannot be read.
  ///
  /// `known`: a listing of the same folder that is taken instead, asked for by its device and inode.
  init(of folder: String, known: (FolderIdentity) -> FolderListing?) throws {
    guard let stream = opendir(folder) else { throw SystemFailure("read \(folder)", errno) }
    defer { closedir(stream) }
    var facts = stat()
    guard fstat(dirfd(stream), &facts) == 0 else { throw SystemFailure("read \(folder)", errno) }
    identity = FolderIdentity(facts)
    if let found = known(identity) {
      self = found
      return
    }
    let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw SystemFailure("read \(folder)", errno) }
        break
      }
      let name = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
      try add(name, in: stream, folder)
    }
    entries.sort { Manifest.Entries.order($0.name, $1.name) < 0 }
  }

  private mutating func add(
    _ name: UnsafePointer<CChar>,
    in stream: OpaquePointer,
    _ folder: String
  ) throws {
    // The folder itself and the one above it.
    if name[0] == 46 && (name[1] == 0 || (name[1] == 46 && name[2] == 0)) { return }
    guard let text = String(validatingCString: name) else {
      unreadableName = unreadableName ?? String(cString: name)
      return
    }
    var facts = stat()
    guard fstatat(dirfd(stream), name, &facts, AT_SYMLINK_NOFOLLOW) == 0 else {
      // Removed since the folder was read.
      if errno == ENOENT { return }
      throw SystemFailure("read \(folder)/\(text)", errno)
    }
    entries.append(Entry(name: text, kind: Kind(facts), stamp: FileStamp(facts)))
  }
}

/// Tells folders apart, whatever path leads to them.
struct FolderIdentity: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64

  init(_ facts: stat) {
    device = UInt64(truncatingIfNeeded: facts.st_dev)
    inode = UInt64(truncatingIfNeeded: facts.st_ino)
  }
}

extension FolderListing.Kind {
  init(_ facts: stat) {
    self =
      switch facts.st_mode & S_IFMT {
      case S_IFREG: facts.st_mode & S_IXUSR != 0 ? .executable : .file
      case S_IFLNK: .link
      case S_IFDIR: .folder
      default: .special
      }
  }
}
