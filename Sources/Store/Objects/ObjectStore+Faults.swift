import Foundation
import Glibc

/// How an object stands.
package enum ObjectState: String, Sendable, Codable {
  case whole = "Whole"
  case missing = "Missing"
  /// Its bytes are not those that its name tells.
  case damaged = "Damaged"
}

extension ObjectStore {
  /// Reads an object and compares its hash with its name; a whole one is known by its stamp then.
  package func verify(_ digest: Digest) -> ObjectState {
    (try? verify(digest) { true }) ?? .damaged
  }

  /// Throws `StoringGivenUp` as soon as `goesOn` is false.
  func verify(_ digest: Digest, while goesOn: () -> Bool) throws -> ObjectState {
    guard let source = Source(existing: path(of: digest)) else { return .missing }
    do {
      let before = FileStamp(try source.facts())
      let found = try ObjectStore.hash(descriptor: source.descriptor, while: goesOn)
      guard found.digest == digest else { return .damaged }
      if FileStamp(try source.facts()) == before { known.record(digest, ofObject: before) }
      return .whole
    } catch let error as StoringGivenUp {
      throw error
    } catch {
      // The disk does not give its bytes.
      return .damaged
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
