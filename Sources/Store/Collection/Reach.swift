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
    for digest in try catalog.roots(without: leaving) { add(digest, objects) }
    for run in try catalog.activeRuns() {
      // What an attempt was given or made, the catalog may not know yet.
      for step in DiskUse.names(in: catalog.home.run(run.id)) {
        let folder = catalog.home.run(run.id) + "/" + step
        for attempt in DiskUse.names(in: folder) {
          let files = AttemptFolder(path: folder + "/" + attempt)
          for file in [files.claim, files.spec, files.exit] {
            guard let data = FileManager.default.contents(atPath: file) else { continue }
            for digest in data.withUnsafeBytes(Digest.found) { add(digest, objects) }
          }
        }
      }
    }
  }

  private mutating func add(_ digest: Digest, _ objects: ObjectStore) {
    guard digests.insert(digest).inserted, objects.isManifest(digest),
      let manifest = objects.manifest(digest)
    else { return }
    for entry in manifest.entries.values {
      if let digest = entry.digest { digests.insert(digest) }
    }
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
  /// Every digest that a row names which is to stay.
  fileprivate func roots(without leaving: Set<Int>) throws -> Set<Digest> {
    let texts = [
      "SELECT id, pipelineFile || ' ' || code || ' ' || source FROM run",
      "SELECT run, body FROM launch",
      "SELECT run, outputs || ' ' || facts FROM step WHERE outputs != '{}' OR facts != '{}'",
      "SELECT -1, artifact FROM model",
    ]
    return try read(none: []) { db in
      var roots: Set<Digest> = []
      for sql in texts {
        let row = try RowStatement(db, sql: sql)
        defer { row.reset() }
        while try row.next() {
          if leaving.contains(row.integer(0)) { continue }
          roots.formUnion(Digest.found(in: row.bytes(1)))
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
        let isNewest = step != last
        last = step
        if leaving.contains(row.integer(0)) && !isNewest { continue }
        roots.formUnion(Digest.found(in: row.bytes(3)))
        // What was installed is small, and tells what has changed since.
        for (name, digest) in try CellText.digests(row.bytes(4)) where name.hasPrefix("packages ") {
          roots.insert(digest)
        }
      }
      return roots
    }
  }
}

extension ObjectStore {
  /// Whether an object begins as a manifest does.
  fileprivate func isManifest(_ digest: Digest) -> Bool {
    guard let object = Source(existing: path(of: digest)) else { return false }
    return withUnsafeTemporaryAllocation(byteCount: Manifest.head.utf8.count, alignment: 1) {
      (try? object.read($0, at: 0)) == $0.count && $0.elementsEqual(Manifest.head.utf8)
    }
  }
}
