import Glibc

/// What is at a path, links followed.
enum PathKind: Equatable {
  /// Anything that can be read as a file: a fifo, too.
  case file
  case folder
  case nothing

  init(of path: String) {
    var facts = stat()
    guard stat(path, &facts) == 0 else {
      self = .nothing
      return
    }
    self = facts.st_mode & S_IFMT == S_IFDIR ? .folder : .file
  }
}
