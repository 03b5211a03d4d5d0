import Documents
import Foundation
import Store

extension FileFacts {
  /// What an editor can take: 16 MiB.
  static let most = 16 << 20

  /// Reads a regular file whole.
  init(reading path: String) throws {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      throw Explanation(
        what: "\(path) cannot be read.",
        why: String(cString: strerror(errno)),
        next: "Check that it exists and that you may read it."
      )
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Explanation(what: "\(path) is not a file.", next: "Choose a file.")
    }
    guard Int(status.st_size) <= FileFacts.most else {
      throw Explanation(
        what: "\(path) is too large to be edited here.",
        why: "It has \(status.st_size >> 20) MiB; 16 MiB is the limit.",
        next: "Open it with an editor of your own."
      )
    }
    let handle = FileHandle(fileDescriptor: file, closeOnDealloc: false)
    let data = try handle.read(upToCount: FileFacts.most) ?? Data()
    self.init(bytes: [UInt8](data), digest: Digest(of: data))
  }

  /// Writes a file by a temporary one beside it and a rename; a link is followed, the mode is kept.
  ///
  /// Refuses when the file on disk is no longer the `expected` one.
  static func save(_ bytes: [UInt8], to path: String, expecting expected: FileFacts?) throws {
    let target = URL(filePath: path).resolvingSymlinksInPath().path
    if let expected, access(target, F_OK) == 0 {
      guard try FileFacts(reading: target).digest == expected.digest else {
        throw Explanation(
          what: "\(path) has changed on disk since it was opened.",
          why: "Another program wrote it.",
          next: "Save again to overwrite it, or reload it."
        )
      }
    }
    // A folder that is gone, or not yet there, must not cost what was typed.
    if let folder = target.lastIndex(of: "/"), access(String(target[..<folder]), F_OK) != 0 {
      mkdir(String(target[..<folder]), 0o700)
    }
    var status = stat()
    let mode = stat(target, &status) == 0 ? status.st_mode & 0o7777 : 0o644
    let temporary = target + ".lathe-\(getpid())"
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
    guard file >= 0 else { throw failed(path) }
    var saved = false
    defer {
      close(file)
      if !saved { unlink(temporary) }
    }
    fchmod(file, mode)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(file, $0.baseAddress.map { $0 + written }, bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failed(path) }
      written += count
    }
    guard fsync(file) == 0, rename(temporary, target) == 0 else { throw failed(path) }
    saved = true
  }

  private static func failed(_ path: String) -> Explanation {
    Explanation(
      what: "\(path) was not saved.",
      why: String(cString: strerror(errno)),
      next: "The text is still in the editor: make room or save it elsewhere."
    )
  }
}
