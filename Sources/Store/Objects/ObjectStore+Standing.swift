import Foundation
import Glibc

/// What is known of a stored artifact without reading more than is allowed.
package enum Standing: Sendable, Equatable {
  case whole
  /// One of its objects is missing or damaged; a damaged one was moved aside, where the store does so.
  case faulty(ObjectState)
  /// More would have to be read than the budget has left.
  case unknown
}

extension ObjectStore {
  /// How an artifact stands: each of its objects is looked at.
  ///
  /// An object that nobody touched since it was stored or read last is known by its stamp; any other is
  /// read, as far as `budget` (bytes) goes. What is damaged is moved aside, so that it is made anew, where
  /// the store does so.
  package func standing(of artifact: Artifact, budget: inout Int) -> Standing {
    guard artifact.kind == .folder else {
      return standing(of: artifact.digest, size: artifact.size, &budget)
    }
    let own = standing(of: artifact.digest, size: nil, &budget)
    guard own == .whole else { return own }
    guard let manifest = manifest(artifact.digest) else { return .faulty(.damaged) }
    for entry in manifest.entries.values {
      guard let digest = entry.digest else { continue }
      let found = standing(of: digest, size: entry.size, &budget)
      guard found == .whole else { return found }
    }
    return .whole
  }

  /// How an artifact stands, whatever has to be read for it.
  package func standing(of artifact: Artifact) -> Standing {
    var budget = Int.max
    return standing(of: artifact, budget: &budget)
  }

  /// Whether all objects of an artifact are there with their sizes; nothing is read but a manifest.
  package func isComplete(_ artifact: Artifact) -> Bool {
    guard artifact.kind == .folder else { return holds(artifact.digest, size: artifact.size) }
    guard let manifest = manifest(artifact.digest) else { return false }
    return manifest.entries.values.allSatisfy { entry in
      entry.digest.map { holds($0, size: entry.size) } ?? true
    }
  }

  /// Stores something that takes its time: what took too long for a collection to spare it is stored once more.
  ///
  /// Objects that nothing refers to yet are spared for `grace` seconds. The second time, what is there is
  /// young again, and what a collection took meanwhile comes back; unchanged files are not read again.
  /// `clock`: seconds that never step back.
  package func lasting<Result>(
    clock: () -> Double,
    _ store: () throws -> Result
  ) rethrows -> Result {
    for _ in 1..<ObjectStore.mostPasses {
      let start = clock()
      let result = try store()
      if clock() - start < ObjectStore.grace / 4 { return result }
    }
    return try store()
  }

  /// Where each pass takes too long, the files change all the time, and the last one has to do.
  private static let mostPasses = 4

  /// Makes all objects of an artifact young, so that no sweep takes them before something refers to them.
  package func renew(_ artifact: Artifact) {
    renew(artifact.digest)
    guard artifact.kind == .folder, let manifest = manifest(artifact.digest) else { return }
    for entry in manifest.entries.values { if let digest = entry.digest { renew(digest) } }
  }

  /// A look costs as much as reading so many bytes.
  private static let look = 256

  private func standing(of digest: Digest, size: Int?, _ budget: inout Int) -> Standing {
    var facts = stat()
    guard withPath(of: digest, { fstatat($0, $1, &facts, AT_SYMLINK_NOFOLLOW) }) == 0 else {
      return .faulty(.missing)
    }
    let stamp = FileStamp(facts)
    budget -= ObjectStore.look
    if size == nil || size == stamp.size, known.digest(of: stamp) == digest { return .whole }
    guard stamp.size <= budget else { return .unknown }
    budget -= stamp.size
    switch verify(digest) {
    case .whole: return size == nil || size == stamp.size ? .whole : .faulty(.damaged)
    case .missing: return .faulty(.missing)
    case .damaged:
      setAside(damaged: digest)
      return .faulty(.damaged)
    }
  }
}

// MARK: What is damaged

extension ObjectStore {
  /// Where damaged objects are moved to.
  package var damagedFolder: String { folder + "/damaged" }

  /// Moves a damaged object aside, so that what refers to it is made anew; whole ones stay, and all do
  /// where this store leaves them.
  @discardableResult
  package func setAside(damaged digest: Digest) -> Bool {
    guard setsAside, verify(digest) == .damaged, (try? makeFolder(damagedFolder)) != nil else {
      return false
    }
    return rename(path(of: digest), damagedFolder + "/" + digest.hex) == 0
  }

  /// Whether an object is not there because it was damaged.
  package func wasSetAside(_ digest: Digest) -> Bool {
    !contains(digest) && access(damagedFolder + "/" + digest.hex, F_OK) == 0
  }

  /// What an artifact lacks: the first of its objects that is not there was damaged, or is gone.
  package func wasDamaged(_ artifact: Artifact) -> Bool {
    if wasSetAside(artifact.digest) { return true }
    guard artifact.kind == .folder, let manifest = manifest(artifact.digest) else { return false }
    return manifest.entries.values.contains { $0.digest.map(wasSetAside) ?? false }
  }
}
