import Glibc

/// Removes a file, or a folder with all that is in it, whatever its names, rights and depth.
///
/// Links are removed, not followed. A folder that is not empty is moved up before it is looked into, so
/// that neither descriptors nor the length of a path limit the depth. Killed in the middle it leaves a
/// part; what is not there is fine.
package func removeTree(_ path: String) throws {
  if unlink(path) == 0 || errno == ENOENT { return }
  guard errno == EISDIR || errno == EPERM else { throw SystemFailure("remove \(path)", errno) }
  if rmdir(path) == 0 { return }
  guard var root = OpenedFolder(AT_FDCWD, Array(path.utf8CString)) else {
    // Somebody else removes it as well, and was quicker.
    if errno == ENOENT { return }
    throw SystemFailure("remove \(path)", errno)
  }
  repeat {
    root.movedUp = 0
    for name in root.names() where !root.removes(name) {
      guard root.empties(name) else { throw SystemFailure("remove \(path)", errno) }
    }
  } while root.movedUp > 0
  guard rmdir(path) == 0 || errno == ENOENT else { throw SystemFailure("remove \(path)", errno) }
}

/// A folder that is being emptied; its owner gets the right to do so.
private struct OpenedFolder: ~Copyable {
  private let descriptor: Int32
  /// Names are bytes: not every one is UTF-8.
  typealias Name = [CChar]

  /// How many folders were moved into this one since the last look.
  var movedUp = 0
  private var count = 0

  init?(_ place: Int32, _ name: Name) {
    var opened = openat(place, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    if opened < 0, errno == EACCES, fchmodat(place, name, 0o700, 0) == 0 {
      opened = openat(place, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    }
    guard opened >= 0 else { return nil }
    descriptor = opened
    var facts = stat()
    if fstat(opened, &facts) == 0, facts.st_mode & 0o700 != 0o700 { fchmod(opened, 0o700) }
  }

  deinit { close(descriptor) }

  borrowing func names() -> [Name] {
    let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0, let stream = fdopendir(copy) else {
      if copy >= 0 { close(copy) }
      return []
    }
    defer { closedir(stream) }
    var names: [Name] = []
    while let entry = readdir(stream) {
      let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
      let start = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
      let name = Array(UnsafeBufferPointer(start: start, count: strlen(start) + 1))
      if name != [46, 0] && name != [46, 46, 0] { names.append(name) }
    }
    return names
  }

  /// Whether a file, a link or an empty folder is no more.
  borrowing func removes(_ name: Name) -> Bool {
    unlinkat(descriptor, name, 0) == 0 || unlinkat(descriptor, name, AT_REMOVEDIR) == 0
      || errno == ENOENT
  }

  /// Empties a folder in this one and removes it; what is full in it is moved into this one.
  mutating func empties(_ name: Name) -> Bool {
    guard let inner = OpenedFolder(descriptor, name) else { return errno == ENOENT }
    for inside in inner.names() where !inner.removes(inside) {
      guard moveUp(inside, from: inner) else { return false }
    }
    return unlinkat(descriptor, name, AT_REMOVEDIR) == 0 || errno == ENOENT
  }

  private mutating func moveUp(_ name: Name, from inner: borrowing OpenedFolder) -> Bool {
    // What is moved gets another parent: that takes the right to write it.
    fchmodat(inner.descriptor, name, 0o700, 0)
    while true {
      count += 1
      if renameat(inner.descriptor, name, descriptor, ".\(count)") == 0 {
        movedUp += 1
        return true
      }
      if errno == ENOENT { return true }
      guard [EEXIST, ENOTEMPTY, ENOTDIR].contains(errno) else { return false }
    }
  }
}
