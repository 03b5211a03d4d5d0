import Documents
import Glibc

/// What lies in one folder, each thing looked at once and not read; in the order of the names' bytes.
///
/// A thing that cannot be looked at (a dead mount) does not hide the others: whoever needs all of them
/// asks for the fault.
package struct FolderListing: Sendable {
  package enum Kind: Sendable { case file, executable, link, folder, special }

  package struct Entry: Sendable {
    package let name: String
    package let kind: Kind
    package let stamp: FileStamp
  }

  private(set) var identity: FolderIdentity
  package private(set) var entries: [Entry] = []
  /// What kept the first name from being an entry: it is not UTF-8, or what has it cannot be looked at.
  private(set) var fault: (any Error)?

  /// Throws `SystemFailure` where the folder cannot be read.
  ///
  /// `known`: a listing of the same folder that is taken instead, asked for by its device and inode.
  /// `look` asks the file system for one thing, by the folder's descriptor and the name.
  init(
    of folder: String,
    known: (FolderIdentity) -> FolderListing?,
    look: Look = { fstatat($0, $1, $2, AT_SYMLINK_NOFOLLOW) }
  ) throws {
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
      add(name, in: stream, folder, look)
    }
    entries.sort { Manifest.Entries.order($0.name, $1.name) < 0 }
  }

  typealias Look = (Int32, UnsafePointer<CChar>, UnsafeMutablePointer<stat>) -> Int32

  private mutating func add(
    _ name: UnsafePointer<CChar>,
    in stream: OpaquePointer,
    _ folder: String,
    _ look: Look
  ) {
    // The folder itself and the one above it.
    if name[0] == 46 && (name[1] == 0 || (name[1] == 46 && name[2] == 0)) { return }
    guard let text = String(validatingCString: name) else {
      let refusal = Explanation(
        what: "\(String(cString: name)) in \(folder) cannot be stored.",
        why: "Its name is not UTF-8.",
        next: "Rename it."
      )
      fault = fault ?? refusal
      return
    }
    var facts = stat()
    guard look(dirfd(stream), name, &facts) == 0 else {
      // Else it was removed since the folder was read.
      if errno != ENOENT { fault = fault ?? SystemFailure("read \(folder)/\(text)", errno) }
      return
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
