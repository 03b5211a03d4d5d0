import Foundation
package import Store

extension RunComparison {
  /// Compares runs as the catalog and the object store hold them, the base first.
  ///
  /// A snapshot that is no longer there compares as unknown: no file of it is listed. `live` tells what
  /// runs have logged by now. `known` is an earlier comparison: of the same code its files are taken, as
  /// only they never change.
  package init(
    of runs: [RunRecord],
    catalog: Catalog,
    objects: ObjectStore,
    live: inout LiveMetrics,
    known: RunComparison? = nil
  ) throws {
    let same = known.flatMap { $0.runs.map(\.code) == runs.map(\.code) ? $0.files : nil }
    let snapshots = same == nil ? runs.map { objects.manifest($0.code)?.files } : []
    let areThere = !snapshots.contains(nil)
    var sides = try live.sides(of: runs)
    for index in sides.indices {
      sides[index].files = same == nil && areThere ? snapshots[index] ?? [:] : [:]
      sides[index].inputs = try RunComparison.inputs(of: runs[index], catalog)
    }
    self.init(sides) { objects.data($0, limit: 2 << 20) }
    if let same { files = same }
    if inputs.contains(where: { $0.name == "environment" && $0.isSame.contains(false) }) {
      environment = RunComparison.environment(
        try runs.map { try RunComparison.settings(of: $0, catalog) },
        packages: { InstalledPackages(of: $0, in: objects) }
      )
    }
  }
}

extension RunComparison {
  /// Data and environment as one digest a step, as far as the steps succeeded or came from the cache.
  ///
  /// Data is what the first steps take and make: what later ones take follows from that and from the
  /// code. Environment is every step's packages and variables.
  private static func inputs(
    of run: RunRecord,
    _ catalog: Catalog
  ) throws -> [String: [String: Digest]] {
    var data: [String: Digest] = [:]
    var environment: [String: Digest] = [:]
    for step in try catalog.steps(of: run.id) {
      guard let key = step.key, let components = try catalog.components(of: key) else { continue }
      func lines(_ prefixes: [String]) -> [String] {
        components.filter { part in prefixes.contains { part.key.hasPrefix($0) } }
          .map { "\($0.key) \($0.value.hex)" }.sorted()
      }
      environment[step.name] = digest(of: lines(RunComparison.kinds))
      guard step.dependsOn.isEmpty else { continue }
      let made = step.outputs.map { "\($0.key) \($0.value.digest.hex)" }.sorted()
      data[step.name] = digest(of: lines(["input "]) + made)
    }
    return ["data": data, "environment": environment]
  }

  /// Nothing at all is not known rather than the same.
  private static func digest(of lines: [String]) -> Digest? {
    lines.isEmpty ? nil : Digest(of: lines.joined(separator: "\n"))
  }
}

extension Manifest {
  /// The content of each file and link; folders have none of their own.
  fileprivate var files: [String: Digest] { entries.compactMapValues(\.digest) }
}
