import Foundation
package import Store

extension RunComparison {
  /// Compares runs as the catalog and the object store hold them, the base first.
  ///
  /// A snapshot that is no longer there compares as unknown: no file of it is listed.
  package init(of runs: [RunRecord], catalog: Catalog, objects: ObjectStore) throws {
    let snapshots = runs.map { objects.manifest($0.code)?.files }
    let areThere = !snapshots.contains(nil)
    let sides = try zip(runs, snapshots).map { run, files in
      Side(
        run: run,
        metrics: try catalog.metrics(of: run.id),
        files: areThere ? files ?? [:] : [:]
      )
    }
    self.init(sides) { objects.data($0, limit: 2 << 20) }
  }
}

extension Manifest {
  /// The content of each file and link; folders have none of their own.
  fileprivate var files: [String: Digest] { entries.compactMapValues(\.digest) }
}
