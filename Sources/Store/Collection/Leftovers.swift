package import Foundation
import Glibc

/// A place in the home that a collection empties: what lies in it, oldest first.
package struct Leftovers: Sendable, Equatable, Codable {
  package struct Item: Sendable, Equatable, Codable {
    package let path: String
    package let bytes: Int
  }

  package var items: [Item] = []

  package init(_ items: [Item] = []) { self.items = items }

  package var bytes: Int { items.reduce(0) { $0 + $1.bytes } }

  /// Removes all of it, one after the other, as long as it is asked for.
  package func remove(while goesOn: () -> Bool = { true }) throws {
    for item in items {
      guard goesOn() else { return }
      try removeTree(item.path)
    }
  }
}

extension Home {
  /// What lies in the trash, and damaged objects that were moved aside, for at least so many seconds.
  package func trash(olderThan age: Double, now: Date = Date()) -> Leftovers {
    let latest = now.timeIntervalSince1970 - age
    let entries = [trash, damagedObjects].flatMap { folder in
      DiskUse.names(in: folder).compactMap { name -> (Double, String)? in
        var facts = stat()
        let path = folder + "/" + name
        // It was changed last when it was moved here.
        guard lstat(path, &facts) == 0, Double(facts.st_ctim.tv_sec) <= latest else { return nil }
        return (Double(facts.st_ctim.tv_sec), path)
      }
    }
    return Leftovers(entries.sorted { $0 < $1 }.map { leftover($0.1) })
  }

  /// Folders of runs that the catalog does not have: a removal was cut short.
  ///
  /// `known` is asked when the folders were listed: a run is written down before it has a folder.
  package func orphans(besides known: () throws -> Set<Int>) rethrows -> Leftovers {
    let all = DiskUse.names(in: self.runs)
    let runs = try known()
    let names = all.filter { name in
      guard name.hasPrefix("r"), let number = Int(name.dropFirst()) else { return false }
      return !runs.contains(number)
    }
    return Leftovers(names.sorted().map { leftover(self.runs + "/" + $0) })
  }

  /// The work folders that are there of some attempts, those whose removal was cut short as well.
  package func workFolders(of attempts: [AttemptFolder]) -> Leftovers {
    let paths = attempts.flatMap { attempt -> [String] in [attempt.work, attempt.leavingWork] }
      .filter { access($0, F_OK) == 0 }
    return Leftovers(paths.map(leftover))
  }

  private func leftover(_ path: String) -> Leftovers.Item {
    Leftovers.Item(path: path, bytes: DiskUse.bytes(below: path))
  }
}

extension AttemptFolder {
  /// Removes the work folder, which is gone under its name at once.
  package func removeWork() throws {
    if rename(work, leavingWork) != 0, errno != ENOENT {
      // What an earlier removal left is in the way.
      try removeTree(leavingWork)
      guard rename(work, leavingWork) == 0 || errno == ENOENT else {
        throw SystemFailure("remove \(work)", errno)
      }
    }
    try removeTree(leavingWork)
  }
}
