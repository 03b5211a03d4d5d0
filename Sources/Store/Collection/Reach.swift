import Foundation
import GRDB
import Glibc

/// The objects that something refers to, which no collection may touch.
///
/// Every text of the catalog that can name an object is searched for digests, whatever its form: what
/// a later version writes there is found as well.
package struct Reach: Sendable {
  package private(set) var digests: Set<Digest> = []

  package func contains(_ digest: Digest) -> Bool { digests.contains(digest) }

  /// What runs, models and executions refer to.
  ///
  /// Runs that are to go do not count, nor do their executions unless they are the newest of their step.
  package init(
    catalog: Catalog,
    objects: ObjectStore,
    without leaving: Set<Int> = [],
    and others: [Digest] = []
  ) throws {
    for digest in others { add(digest, objects) }
    for (run, digests) in try catalog.roots() where !leaving.contains(run) {
      for digest in digests { add(digest, objects) }
    }
    for run in try catalog.activeRuns() {
      for digest in catalog.home.digests(inAttemptsOf: run.id) { add(digest, objects) }
    }
  }

  private mutating func add(_ digest: Digest, _ objects: ObjectStore) {
    guard digests.insert(digest).inserted else { return }
    digests.formUnion(objects.content(of: digest))
  }
}

extension Home {
  /// What the attempts of a run were given or have made, which the catalog may not know yet.
  func digests(inAttemptsOf run: Int) -> Set<Digest> {
    var found: Set<Digest> = []
    for step in DiskUse.names(in: self.run(run)) {
      let folder = self.run(run) + "/" + step
      for attempt in DiskUse.names(in: folder) {
        let files = AttemptFolder(path: folder + "/" + attempt)
        for file in [files.claim, files.spec, files.exit] {
          guard let data = FileManager.default.contents(atPath: file) else { continue }
          found.formUnion(data.withUnsafeBytes(Digest.found))
        }
      }
    }
    return found
  }
}

extension Digest {
  /// The digests that stand in a text, as 64 digits that no other digit touches.
  static func found(in bytes: UnsafeRawBufferPointer) -> [Digest] {
    var found: [Digest] = []
    var start = 0
    for place in 0...bytes.count {
      if place < bytes.count {
        let byte = bytes[place]
        if (48...57).contains(byte) || (97...102).contains(byte) { continue }
      }
      if place - start == 64,
        let digest = Digest(hex: UnsafeRawBufferPointer(rebasing: bytes[start..<place]))
      {
        found.append(digest)
      }
      start = place + 1
    }
    return found
  }
}

extension Catalog {
  /// Every digest that a row names, by the run that the row goes with; `Catalog.anyRun` has what stays
  /// whatever runs go: models, and the newest result of each step.
  package func roots() throws -> [Int: Set<Digest>] {
    let texts = [
      "SELECT id, pipelineFile || ' ' || code || ' ' || source FROM run",
      "SELECT run, body FROM launch",
      "SELECT run, outputs || ' ' || facts FROM step WHERE outputs != '{}' OR facts != '{}'",
      "SELECT \(Catalog.anyRun), artifact FROM model",
    ]
    return try read(none: [:]) { db in
      var roots: [Int: Set<Digest>] = [:]
      // An older catalog has no such table, which must not be taken for one without roots.
      let shared =
        try db.tableExists("sharedLaunch")
        ? ["SELECT \(Catalog.anyRun), body FROM sharedLaunch"] : []
      for sql in texts + shared {
        let row = try RowStatement(db, sql: sql)
        defer { row.reset() }
        while try row.next() {
          roots[row.integer(0), default: []].formUnion(Digest.found(in: row.bytes(1)))
        }
      }
      let row = try RowStatement(
        db,
        sql:
          """
          SELECT run, step, pipeline, outputs, components FROM execution
          ORDER BY pipeline, step, ended DESC
          """
      )
      defer { row.reset() }
      var last = ("", "")
      while try row.next() {
        let step = (row.text(2), row.text(1))
        let run = step == last ? row.integer(0) : Catalog.anyRun
        last = step
        roots[run, default: []].formUnion(Digest.found(in: row.bytes(3)))
        // What was installed is small, and tells what has changed since.
        for (name, digest) in try CellText.digests(row.bytes(4)) where name.hasPrefix("packages ") {
          roots[run, default: []].insert(digest)
        }
      }
      return roots
    }
  }

  /// No run has this number.
  package static let anyRun = -1
}

extension ObjectStore {
  /// The objects that a stored folder holds; none for any other object.
  func content(of digest: Digest) -> [Digest] {
    guard isManifest(digest), let manifest = manifest(digest) else { return [] }
    return manifest.entries.values.compactMap(\.digest)
  }

  /// Whether an object begins as a manifest does.
  fileprivate func isManifest(_ digest: Digest) -> Bool {
    guard let object = Source(existing: path(of: digest)) else { return false }
    return withUnsafeTemporaryAllocation(byteCount: Manifest.head.utf8.count, alignment: 1) {
      (try? object.read($0, at: 0)) == $0.count && $0.elementsEqual(Manifest.head.utf8)
    }
  }
}
