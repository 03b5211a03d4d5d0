import Crypto
import Documents
package import Foundation
import Glibc

/// The content-addressed objects of a home: written once, named by their SHA-256, never modified.
///
/// Several processes may write at once: an object comes to be by rename, and equal names mean equal
/// bytes.
package struct ObjectStore: Sendable {
  package let folder: String
  /// Whether an object is on the disk, not only in the system's memory, when `put` returns.
  package let isDurable: Bool

  package init(home: Home, isDurable: Bool = true) {
    folder = home.objects
    self.isDurable = isDurable
  }

  package func path(of digest: Digest) -> String {
    "\(folder)/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))"
  }

  package func contains(_ digest: Digest) -> Bool { access(path(of: digest), F_OK) == 0 }

  /// The bytes of an object, up to `limit`; nil when it is not there or larger.
  package func data(_ digest: Digest, limit: Int = 64 << 20) -> Data? {
    var facts = stat()
    guard stat(path(of: digest), &facts) == 0, facts.st_size <= limit else { return nil }
    return try? Data(contentsOf: URL(filePath: path(of: digest)))
  }

  /// The manifest of a stored folder; nil when it is not there or damaged.
  package func manifest(_ digest: Digest) -> Manifest? {
    data(digest).flatMap { Manifest(text: String(decoding: $0, as: UTF8.self)) }
  }

  package func put(_ data: Data) throws -> Digest {
    let digest = Digest(of: data)
    if holds(digest, size: data.count) { return digest }
    let temporary = try Temporary(in: folder)
    try data.withUnsafeBytes { try temporary.write($0) }
    try publish(temporary, as: digest)
    return digest
  }

  /// Copies a regular file into the store, hashing on the way.
  ///
  /// Throws `StoringGivenUp` as soon as `goesOn` is false, which is asked every 256 KiB.
  package func put(
    file: String,
    while goesOn: () -> Bool = { true }
  ) throws -> (digest: Digest, size: Int) {
    let source = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard source >= 0 else { throw SystemFailure("read \(file)", errno) }
    defer { close(source) }
    let temporary = try Temporary(in: folder)
    var hash = SHA256()
    var size = 0
    try withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 16) { buffer in
      while true {
        guard goesOn() else { throw StoringGivenUp() }
        let count = read(source, buffer.baseAddress, buffer.count)
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { throw SystemFailure("read \(file)", errno) }
        if count == 0 { return }
        let part = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
        hash.update(bufferPointer: part)
        try temporary.write(part)
        size += count
      }
    }
    let digest = Digest(hash.finalize())
    if !holds(digest, size: size) { try publish(temporary, as: digest) }
    return (digest, size)
  }

  /// Whether an object is there whole: a lost machine may leave one cut short, which is then replaced.
  private func holds(_ digest: Digest, size: Int) -> Bool {
    var facts = stat()
    return stat(path(of: digest), &facts) == 0 && facts.st_size == size
  }

  private func publish(_ temporary: borrowing Temporary, as digest: Digest) throws {
    if isDurable { try temporary.sync() }
    try temporary.publish(as: path(of: digest))
  }

  /// Stores a file or a folder; links inside a folder are kept as links, special files are refused.
  ///
  /// Throws `StoringGivenUp` as soon as `goesOn` is false.
  package func put(
    artifact path: String,
    while goesOn: () -> Bool = { true }
  ) throws -> Artifact {
    var facts = stat()
    guard lstat(path, &facts) == 0 else { throw SystemFailure("read \(path)", errno) }
    switch facts.st_mode & S_IFMT {
    case S_IFREG:
      let (digest, size) = try put(file: path, while: goesOn)
      return Artifact(kind: .file, digest: digest, size: size)
    case S_IFDIR:
      var manifest = Manifest()
      try add(folder: path, prefix: "", to: &manifest, while: goesOn)
      return Artifact(
        kind: .folder,
        digest: try put(Data(manifest.text.utf8)),
        size: manifest.size
      )
    default:
      throw Explanation(
        what: "\(path) is neither a file nor a folder.",
        why: "Links and devices are not stored.",
        next: "Write the content itself there."
      )
    }
  }

  /// Stores some files of a folder and the manifest that lists them.
  ///
  /// A link that is named itself counts as what it leads to.
  package func put(paths: [String], in root: String) throws -> Manifest {
    var manifest = Manifest()
    for path in paths {
      let full = root + "/" + path
      guard let real = realpath(full, nil) else { throw SystemFailure("read \(full)", errno) }
      defer { free(real) }
      try add(path: String(cString: real), name: path, to: &manifest) { true }
    }
    _ = try put(Data(manifest.text.utf8))
    return manifest
  }

  private func add(
    folder: String,
    prefix: String,
    to manifest: inout Manifest,
    while goesOn: () -> Bool
  ) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      try add(path: folder + "/" + name, name: prefix + name, to: &manifest, while: goesOn)
    }
  }

  private func add(
    path: String,
    name: String,
    to manifest: inout Manifest,
    while goesOn: () -> Bool
  ) throws {
    guard goesOn() else { throw StoringGivenUp() }
    var facts = stat()
    guard lstat(path, &facts) == 0 else { throw SystemFailure("read \(path)", errno) }
    switch facts.st_mode & S_IFMT {
    case S_IFREG:
      let (digest, size) = try put(file: path, while: goesOn)
      manifest.entries[name] = Manifest.Entry(
        kind: facts.st_mode & S_IXUSR != 0 ? .executable : .file,
        digest: digest,
        size: size
      )
    case S_IFLNK:
      let target = try FileManager.default.destinationOfSymbolicLink(atPath: path)
      manifest.entries[name] = Manifest.Entry(
        kind: .link,
        digest: try put(Data(target.utf8)),
        size: target.utf8.count
      )
    case S_IFDIR:
      manifest.entries[name] = Manifest.Entry(kind: .folder, digest: nil, size: 0)
      try add(folder: path, prefix: name + "/", to: &manifest, while: goesOn)
    default:
      throw Explanation(
        what: "\(path) cannot be stored.",
        why: "It is a device, a socket or a pipe.",
        next: "Remove it from the output."
      )
    }
  }

  /// Brings an artifact back as a copy at `destination`, which must not exist.
  package func materialise(_ artifact: Artifact, at destination: String) throws {
    switch artifact.kind {
    case .file: try copy(artifact.digest, to: destination, mode: 0o600)
    case .folder:
      guard let manifest = manifest(artifact.digest) else { throw damaged(artifact.digest) }
      try makeFolder(destination)
      try materialise(manifest, in: destination)
    }
  }

  /// Brings a manifest's entries back into an existing folder.
  package func materialise(_ manifest: Manifest, in folder: String) throws {
    // Links come last, deepest first, so that nothing is made through one.
    let links = manifest.entries.filter { $0.value.kind == .link }.sorted { $0.key > $1.key }
    let ordered =
      manifest.entries.filter { $0.value.kind != .link }.sorted { $0.key < $1.key } + links
    for (path, entry) in ordered {
      let destination = folder + "/" + path
      try makeFolder(
        String(destination[..<(destination.lastIndex(of: "/") ?? destination.endIndex)])
      )
      switch entry.kind {
      case .folder: try makeFolder(destination)
      case .file, .executable:
        guard let digest = entry.digest else { continue }
        try copy(digest, to: destination, mode: entry.kind == .file ? 0o600 : 0o700)
      case .link:
        guard let digest = entry.digest, let target = data(digest) else { continue }
        guard symlink(String(decoding: target, as: UTF8.self), destination) == 0 else {
          throw SystemFailure("make the link \(destination)", errno)
        }
      }
    }
  }

  private func copy(_ digest: Digest, to destination: String, mode: mode_t) throws {
    let source = open(path(of: digest), O_RDONLY | O_CLOEXEC)
    guard source >= 0 else { throw damaged(digest) }
    defer { close(source) }
    let target = open(destination, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
    guard target >= 0 else { throw SystemFailure("write \(destination)", errno) }
    defer { close(target) }
    while true {
      let count = sendfile(target, source, nil, 1 << 30)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw SystemFailure("write \(destination)", errno) }
      if count == 0 { return }
    }
  }

  private func damaged(_ digest: Digest) -> Explanation {
    Explanation(
      what: "The object \(digest.short) is missing or damaged.",
      why: "It should be at \(path(of: digest)).",
      next: "Run the step that made it again: 'lathe run'; its result is then stored anew."
    )
  }
}

/// Nobody waits for it any more: nothing was stored.
package struct StoringGivenUp: Explained {
  package var what: String { "It was not stored to its end." }
  package var why: String { "The step was stopped." }
  package var next: String { "" }
}

/// Makes a folder and those above it, private to the user; one that exists is fine.
package func makeFolder(_ path: String) throws {
  do {
    try FileManager.default.createDirectory(
      atPath: path,
      withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700]
    )
  } catch {
    var facts = stat()
    if stat(path, &facts) == 0, facts.st_mode & S_IFMT != S_IFDIR {
      throw SystemFailure("make the folder \(path)", ENOTDIR)
    }
    throw SystemFailure("make the folder \(path)", errno == 0 ? EIO : errno)
  }
}

/// A file that becomes an object by rename, or vanishes.
private struct Temporary: ~Copyable {
  private let path: String
  private let descriptor: Int32

  init(in folder: String) throws {
    try makeFolder(folder + "/tmp")
    let name = "\(folder)/tmp/\(getpid())-\(UUID().uuidString)"
    let opened = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o400)
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
      guard count >= 0 else { throw SystemFailure("write into the object store", errno) }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  borrowing func sync() throws {
    guard fsync(descriptor) == 0 else { throw SystemFailure("sync the object store", errno) }
  }

  borrowing func publish(as name: String) throws {
    try makeFolder(String(name[..<(name.lastIndex(of: "/") ?? name.endIndex)]))
    guard rename(path, name) == 0 else { throw SystemFailure("write \(name)", errno) }
  }
}
