import CSystem
import Foundation
import Glibc

/// A file that becomes an object by rename, or vanishes.
struct Temporary: ~Copyable {
  private let path: String
  let descriptor: Int32

  init(in folder: String) throws {
    let name = "\(folder)/tmp/\(getpid())-\(UUID().uuidString)"
    var opened = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o400)
    if opened < 0 && errno == ENOENT {
      try makeFolder(folder + "/tmp")
      opened = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o400)
    }
    guard opened >= 0 else { throw SystemFailure("write into \(folder)", errno) }
    path = name
    descriptor = opened
  }

  deinit {
    close(descriptor)
    unlink(path)
  }

  borrowing func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw SystemFailure("write \(path)", errno) }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Shares another file's blocks; false where the file system has no such thing.
  borrowing func clone(_ source: Int32) -> Bool { lathe_clone(source, descriptor) == 0 }

  borrowing func sync() throws {
    guard fsync(descriptor) == 0 else { throw SystemFailure("sync the object store", errno) }
  }

  /// Gives the file its name; returns what the file system says of it then.
  borrowing func publish(as name: String) throws -> stat {
    if rename(path, name) != 0 {
      guard errno == ENOENT else { throw SystemFailure("write \(name)", errno) }
      try makeFolder(String(name[..<(name.lastIndex(of: "/") ?? name.endIndex)]))
      guard rename(path, name) == 0 else { throw SystemFailure("write \(name)", errno) }
    }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw SystemFailure("write \(name)", errno) }
    return facts
  }
}

/// A file that is read from its beginning, closed with its value.
struct Source: ~Copyable {
  let descriptor: Int32
  let path: String

  /// Opens a regular file, not what a link leads to.
  init(_ path: String) throws {
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { throw SystemFailure("read \(path)", errno) }
    self.path = path
  }

  init?(existing path: String) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    self.path = path
  }

  deinit { close(descriptor) }

  borrowing func facts() throws -> stat {
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw SystemFailure("read \(path)", errno) }
    return facts
  }

  /// Fills the buffer as far as the file goes: fewer bytes than it has room for are the last ones.
  borrowing func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = pread(
        descriptor,
        buffer.baseAddress.map { $0 + filled },
        buffer.count - filled,
        off_t(offset + filled)
      )
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw SystemFailure("read \(path)", errno) }
      if count == 0 { break }
      filled += count
    }
    return filled
  }
}

/// Makes a folder and those above it, private to the user; one that exists is fine.
package func makeFolder(_ path: String) throws {
  if mkdir(path, 0o700) == 0 { return }
  switch errno {
  case EEXIST:
    var facts = stat()
    guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
      throw SystemFailure("make the folder \(path)", ENOTDIR)
    }
  case ENOENT:
    var above = path[...]
    while above.last == "/" { above.removeLast() }
    guard let slash = above.lastIndex(of: "/"), slash > above.startIndex else {
      throw SystemFailure("make the folder \(path)", ENOENT)
    }
    try makeFolder(String(above[..<slash]))
    // Somebody else may have made it meanwhile.
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw SystemFailure("make the folder \(path)", errno)
    }
  default: throw SystemFailure("make the folder \(path)", errno)
  }
}
