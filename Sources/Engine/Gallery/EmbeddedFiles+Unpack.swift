import Documents
import Glibc
package import Store

extension EmbeddedFiles {
  /// Where the files lie once they are unpacked in a home.
  package static func folder(in home: Home) -> String {
    home.share + "/" + identity
  }

  /// Unpacks the files once per content, safe against others that do so at the same time.
  ///
  /// A temporary folder is filled, synced and renamed, so what lies at the returned path is whole.
  /// Folders are made with mode 0700.
  ///
  /// - Parameter home: made when it is missing.
  /// - Returns: the folder with `Workspaces` and `python`.
  /// - Throws: an `Explanation` that names the path that cannot be written.
  @discardableResult
  package static func unpack(in home: Home) throws -> String {
    let folder = folder(in: home)
    if isFolder(folder) { return folder }

    try makeFolders(home.share)
    var template = Array((home.share + "/.unpacking-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { throw unwritable(home.share, errno) }
    let temporary = String(
      decoding: template.dropLast().map(UInt8.init(bitPattern:)),
      as: UTF8.self
    )
    var isInPlace = false
    defer { if !isInPlace { try? removeTree(temporary) } }

    for file in all {
      let path = temporary + "/" + file.path
      try makeFolders(parent(of: path))
      try write(file, to: path)
    }
    if rename(temporary, folder) == 0 {
      isInPlace = true
    } else if !isFolder(folder) {
      throw unwritable(folder, errno)
    }
    return folder
  }

  private static func write(_ file: File, to path: String) throws {
    let descriptor = open(
      path,
      O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
      file.isExecutable ? 0o700 : 0o600
    )
    guard descriptor >= 0 else { throw unwritable(path, errno) }
    defer { close(descriptor) }
    var rest = file.bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw unwritable(path, errno) }
      rest = rest.dropFirst(written)
    }
    guard fsync(descriptor) == 0 else { throw unwritable(path, errno) }
  }

  /// Makes a folder and those above it; existing ones are left as they are.
  private static func makeFolders(_ path: String) throws {
    if isFolder(path) { return }
    let above = parent(of: path)
    if above != path { try makeFolders(above) }
    guard mkdir(path, 0o700) == 0 || isFolder(path) else { throw unwritable(path, errno) }
  }

  private static func unwritable(_ path: String, _ error: Int32) -> Explanation {
    Explanation(
      what: "'\(path)' cannot be written.",
      why: String(cString: strerror(error)) + ".",
      next: error == ENOSPC || error == EDQUOT
        ? "Make room on that disk, or set LATHE_HOME to a folder on another one."
        : "Make it writable, or set LATHE_HOME to a folder that you may write."
    )
  }
}

func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

func parent(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The names in a folder, sorted; empty when it cannot be read.
func folderNames(_ path: String) -> [String] {
  guard let stream = opendir(path) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted()
}
