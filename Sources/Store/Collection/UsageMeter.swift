package import Foundation
import GRDB

/// What a home takes, looked at again only where something may have changed since the last look.
///
/// Folders of objects are known by their stamps; a run that has been over for a minute, and what lies in
/// the trash, is looked at once. What a collection frees inside of a run is seen by the look at
/// everything, which comes every ten minutes.
package struct UsageMeter: Sendable {
  private struct Known: Sendable {
    let stamp: FileStamp
    let bytes: Int
  }

  private var known: [String: Known] = [:]
  private var last: Date?
  private var lastWhole: Date?

  /// Seconds after which all is looked at again.
  private static let longest = 600.0
  /// Seconds for which a run that is over may still change: its work folders go.
  private static let settling = 60.0

  package init() {}

  /// The bytes of the home's files, instances and buckets excepted, as `Home.usage` counts them.
  package mutating func bytes(of catalog: Catalog, now: Date = Date()) throws -> Int {
    if lastWhole.map({ now.timeIntervalSince($0) > UsageMeter.longest || $0 > now }) ?? true {
      known = [:]
      lastWhole = now
    }
    let home = catalog.home
    let recently = now - UsageMeter.settling
    let changing = try catalog.runs(changingSince: min(last ?? recently, recently))
    last = now
    var found: [String: Known] = [:]
    var bytes = 0
    func add(_ path: String, isChanging: Bool = false, _ measure: (String) -> Int) {
      guard let stamp = FileStamp(path: path) else { return }
      if !isChanging, let before = known[path], before.stamp == stamp {
        found[path] = before
        bytes += before.bytes
        return
      }
      let measured = Known(stamp: stamp, bytes: measure(path))
      bytes += measured.bytes
      // What is written in the moment of the look may not be seen by the next one.
      if !isChanging, !stamp.isRacy(at: FileStamp.now) { found[path] = measured }
    }
    for prefix in DiskUse.names(in: home.objects) where Digest.isPrefix(prefix) {
      add(home.objects + "/" + prefix, DiskUse.bytes(inFilesOf:))
    }
    add(home.damagedObjects, DiskUse.bytes(below:))
    for name in DiskUse.names(in: home.runs) {
      let run = Int(name.dropFirst())
      let isChanging = run.map(changing.contains) ?? true
      add(home.runs + "/" + name, isChanging: isChanging, DiskUse.bytes(below:))
    }
    for name in DiskUse.names(in: home.trash) {
      add(home.trash + "/" + name, DiskUse.bytes(below:))
    }
    known = found
    bytes += DiskUse.bytes(of: home.runs) + DiskUse.bytes(of: home.trash)
    return bytes + DiskUse.bytes(below: home.share) + home.stateBytes
  }
}

extension Catalog {
  /// Runs that are active, or have ended after a time.
  fileprivate func runs(changingSince time: Date) throws -> Set<Int> {
    try read(none: []) { db in
      let row = try RowStatement(
        db,
        sql: """
          SELECT id FROM run
          WHERE status IN ('Queued', 'Executing', 'Stopping') OR ended > \(time.timeIntervalSince1970)
          """
      )
      defer { row.reset() }
      var runs: Set<Int> = []
      while try row.next() { runs.insert(row.integer(0)) }
      return runs
    }
  }
}

extension Digest {
  /// Whether a folder's name is that of objects.
  fileprivate static func isPrefix(_ name: String) -> Bool {
    name.utf8.count == 2
      && name.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }
}
