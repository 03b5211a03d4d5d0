import CSystem
import Documents
import Glibc

extension ObjectStore {
  /// Brings an artifact back as a copy at `destination`, which must not exist.
  ///
  /// Throws `DamagedObject` for what is missing or damaged: damaged bytes are never handed out.
  package func materialise(_ artifact: Artifact, at destination: String) throws {
    switch artifact.kind {
    case .file: try copy(artifact.digest, size: artifact.size, to: destination, mode: 0o600)
    case .folder:
      guard let manifest = manifest(artifact.digest) else { throw damaged(artifact.digest) }
      try makeFolder(destination)
      try materialise(manifest, in: destination)
    }
  }

  /// Brings a manifest's entries back into an existing folder.
  package func materialise(_ manifest: Manifest, in folder: String) throws {
    var files: [(path: String, entry: Manifest.Entry)] = []
    var links: [(path: String, entry: Manifest.Entry)] = []
    var above = ""
    for (path, entry) in manifest.entries {
      let destination = folder + "/" + path
      let parent = String(destination[..<(destination.lastIndex(of: "/") ?? destination.endIndex)])
      if parent != above {
        try makeFolder(parent)
        above = parent
      }
      switch entry.kind {
      case .folder: try makeFolder(destination)
      case .file, .executable: files.append((destination, entry))
      case .link: links.append((destination, entry))
      }
    }
    _ = try Crew.map(files) { file, _ in
      guard let digest = file.entry.digest else { return }
      let mode: mode_t = file.entry.kind == .file ? 0o600 : 0o700
      do {
        try copy(digest, size: file.entry.size, to: file.path, mode: mode)
      } catch var error as DamagedObject {
        error.path = String(
          decoding: file.path.utf8.dropFirst(folder.utf8.count + 1),
          as: UTF8.self
        )
        throw error
      }
    }
    // Links come last, deepest first, so that nothing is made through one.
    for (path, entry) in links.reversed() {
      guard let digest = entry.digest, let target = data(digest) else { throw damaged(entry) }
      guard symlink(String(decoding: target, as: UTF8.self), path) == 0 else {
        throw SystemFailure("make the link \(path)", errno)
      }
    }
  }

  private func damaged(_ entry: Manifest.Entry) -> DamagedObject {
    damaged(entry.digest ?? Digest(of: ""))
  }

  /// Shares the object's blocks where the file system can, and else copies inside the kernel.
  private func copy(_ digest: Digest, size: Int, to destination: String, mode: mode_t) throws {
    guard let source = Source(existing: path(of: digest)) else { throw damaged(digest) }
    let stamp = FileStamp(try source.facts())
    guard stamp.size == size, known.digest(of: stamp) == digest || verify(digest) == .whole else {
      throw damaged(digest)
    }
    let target = open(destination, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
    guard target >= 0 else { throw SystemFailure("write \(destination)", errno) }
    defer { close(target) }
    if size == 0 || lathe_clone(source.descriptor, target) == 0 { return }
    var copied = 0
    while true {
      let count = lathe_copy_range(source.descriptor, target, 1 << 30)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw SystemFailure("write \(destination)", errno) }
      if count == 0 { break }
      copied += count
    }
    guard copied == size else { throw damaged(digest) }
  }
}
