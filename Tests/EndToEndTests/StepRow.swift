import Foundation

/// What `lathe show --json` tells of a run's steps.
struct StepRow: Decodable {
  let name: String
  let status: String
  let folder: String?
  /// Why it was not taken from the cache.
  let cacheReason: String?
  /// Why it failed, or what it waits for.
  let reason: String?

  private enum CodingKeys: String, CodingKey {
    case name, status, folder, reason
    case cacheReason = "cache_reason"
  }

  private struct Run: Decodable {
    let status: String
    let steps: [StepRow]
  }

  /// Each step's status by name.
  static func all(of run: String, _ site: Site) throws -> [String: String] {
    Dictionary(uniqueKeysWithValues: try read(run, site).steps.map { ($0.name, $0.status) })
  }

  /// Why each step ran, by name.
  static func reasons(of run: String, _ site: Site) throws -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: try read(run, site).steps.map { ($0.name, $0.cacheReason ?? "") }
    )
  }

  /// The run's own status.
  static func status(of run: String, _ site: Site) throws -> String { try read(run, site).status }

  /// Each step by name.
  static func steps(of run: String, _ site: Site) throws -> [String: StepRow] {
    Dictionary(uniqueKeysWithValues: try read(run, site).steps.map { ($0.name, $0) })
  }

  private static func read(_ run: String, _ site: Site) throws -> Run {
    let shown = try site.lathe("show", run, "--json")
    guard shown.code == 0 else { throw Failure("show \(run): \(shown)") }
    return try JSONDecoder().decode(Run.self, from: Data(shown.output.utf8))
  }
}
