import Foundation

/// What the removal of each run would free: its folder, and the objects that go with it.
///
/// An object belongs to the newest run that refers to it, as older runs go first, but to one that is kept
/// before; what stays whatever runs go (models, the newest result of each step) belongs to none.
package struct Holdings: Sendable {
  private var objects: [Int: Int] = [:]
  private let home: Home

  package init(of items: [Retention.Item], catalog: Catalog, objects store: ObjectStore) throws {
    home = catalog.home
    let sizes = Dictionary(try store.objects().map { ($0.digest, $0.space) }) { first, _ in first }
    let roots = try catalog.roots()
    var owned: Set<Digest> = []
    func take(_ digests: Set<Digest>) -> Int {
      var bytes = 0
      for digest in digests where owned.insert(digest).inserted {
        bytes += sizes[digest] ?? 0
        for part in store.content(of: digest) where owned.insert(part).inserted {
          bytes += sizes[part] ?? 0
        }
      }
      return bytes
    }
    _ = take(roots[Catalog.anyRun] ?? [])
    for item in items where item.isKept {
      objects[item.run] = take((roots[item.run] ?? []).union(home.digests(inAttemptsOf: item.run)))
    }
    let leaving = items.filter { !$0.isKept }.sorted { $0.run > $1.run }
    for item in leaving { objects[item.run] = take(roots[item.run] ?? []) }
  }

  /// The bytes that a run's removal frees, or would if it were not kept.
  package func bytes(of run: Int) -> Int { home.use(ofRun: run) + (objects[run] ?? 0) }
}
