import Foundation
import Glibc

/// How an object stands.
package enum ObjectState: String, Sendable {
  case whole = "Whole"
  case missing = "Missing"
  /// Its bytes are not those that its name tells.
  case damaged = "Damaged"
}

extension ObjectStore {
  /// Reads an object and compares its hash with its name.
  package func verify(_ digest: Digest) -> ObjectState {
    guard let source = Source(existing: path(of: digest)) else { return .missing }
    guard let found = try? ObjectStore.hash(descriptor: source.descriptor) else { return .damaged }
    return found.digest == digest ? .whole : .damaged
  }

  /// Reads an artifact with all that belongs to it, and compares every hash.
  package func isWhole(_ artifact: Artifact) -> Bool {
    guard verify(artifact.digest) == .whole else { return false }
    guard artifact.kind == .folder else { return true }
    guard let manifest = manifest(artifact.digest) else { return false }
    return manifest.entries.values.allSatisfy { entry in
      entry.digest.map { verify($0) == .whole } ?? true
    }
  }

  /// Whether an artifact is there with all that belongs to it, by the sizes alone: what a lost machine
  /// leaves unfinished is cut short.
  package func holdsAll(of artifact: Artifact) -> Bool {
    guard artifact.kind == .folder else { return holds(artifact.digest, size: artifact.size) }
    return manifest(artifact.digest).map { holdsAll(of: $0) } ?? false
  }

  package func holdsAll(of manifest: Manifest) -> Bool {
    manifest.entries.values.allSatisfy { entry in
      guard let digest = entry.digest else { return true }
      return entry.kind == .link ? contains(digest) : holds(digest, size: entry.size)
    }
  }

  /// The objects whose bytes are not those that their names tell, on all cores: reads everything.
  package func damagedObjects() throws -> [Digest] {
    let all = try objects().sorted { $0.size > $1.size }
    return try Crew.map(all) { object, _ in verify(object.digest) == .damaged ? object.digest : nil
    }
    .compactMap { $0 }.sorted()
  }

  /// Removes a damaged object, so that what refers to it is made anew; whole ones stay.
  @discardableResult
  package func discard(damaged digest: Digest) -> Bool {
    verify(digest) == .damaged && unlink(path(of: digest)) == 0
  }

  struct Stored: Sendable {
    var digest: Digest
    var size: Int
    /// What it takes on the disk.
    var space: Int
    /// Seconds since 1970.
    var modified: Double
    var changed: Double
  }

  /// Every object, in no order; what is in the folder and is none is left out.
  func objects() throws -> [Stored] {
    var found: [Stored] = []
    for high in 0..<256 {
      let prefix = (high < 16 ? "0" : "") + String(high, radix: 16)
      guard let stream = opendir(folder + "/" + prefix) else {
        if errno == ENOENT || errno == ENOTDIR { continue }
        throw SystemFailure("read \(folder)/\(prefix)", errno)
      }
      defer { closedir(stream) }
      while let entry = readdir(stream) {
        let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
        let start = UnsafeRawPointer(entry).advanced(by: offset)
        let name = String(cString: start.assumingMemoryBound(to: CChar.self))
        var facts = stat()
        guard let digest = Digest(hex: prefix + name),
          fstatat(dirfd(stream), name, &facts, AT_SYMLINK_NOFOLLOW) == 0
        else { continue }
        found.append(
          Stored(
            digest: digest,
            size: Int(facts.st_size),
            space: Int(facts.st_blocks) * 512,
            modified: Double(facts.st_mtim.tv_sec),
            changed: Double(facts.st_ctim.tv_sec)
          )
        )
      }
    }
    return found
  }
}
