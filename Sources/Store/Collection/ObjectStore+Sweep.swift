package import Foundation
import Glibc

/// What a collection freed, or would free.
package struct Swept: Sendable, Equatable, Codable {
  package var objects = 0
  package var bytes = 0
  /// Objects that nothing refers to but that are too young to go.
  package var young = 0
  package var youngBytes = 0

  package init() {}
}

extension ObjectStore {
  /// An object that is younger stays, whether something refers to it or not: it may be about to.
  package static let grace = 3_600.0

  /// Removes the objects that nothing refers to; dry: only counts them.
  ///
  /// Nobody is made to wait: who stores the same bytes meanwhile makes the object young, and it stays.
  package func sweep(
    keeping reach: Reach,
    now: Date = Date(),
    grace: Double = ObjectStore.grace,
    dry: Bool,
    while goesOn: () -> Bool = { true }
  ) throws -> Swept {
    var swept = Swept()
    let latest = now.timeIntervalSince1970 - grace
    for object in try objects() where !reach.contains(object.digest) {
      guard object.modified <= latest else {
        swept.young += 1
        swept.youngBytes += object.space
        continue
      }
      if !dry {
        guard goesOn() else { return swept }
        guard try remove(object.digest, unlessUsedAfter: latest) else {
          swept.young += 1
          swept.youngBytes += object.space
          continue
        }
      }
      swept.objects += 1
      swept.bytes += object.space
    }
    if !dry { removeTemporaries(before: now.timeIntervalSince1970 - 86_400) }
    return swept
  }

  /// Takes an object out of its place, and puts it back when somebody has just found it there.
  private func remove(_ digest: Digest, unlessUsedAfter latest: Double) throws -> Bool {
    let path = path(of: digest)
    let aside = "\(folder)/tmp/\(getpid())-swept-\(digest.hex)"
    try makeFolder(folder + "/tmp")
    guard rename(path, aside) == 0 else {
      if errno == ENOENT { return false }
      throw SystemFailure("remove \(path)", errno)
    }
    var facts = stat()
    if stat(aside, &facts) == 0, Double(facts.st_mtim.tv_sec) > latest {
      rename(aside, path)
      return false
    }
    unlink(aside)
    return true
  }

  /// What writers left that are no more.
  private func removeTemporaries(before time: Double) {
    for name in DiskUse.names(in: folder + "/tmp") {
      let path = folder + "/tmp/" + name
      var facts = stat()
      guard lstat(path, &facts) == 0, Double(facts.st_mtim.tv_sec) < time else { continue }
      unlink(path)
    }
  }
}
