package import Store

/// What differs between the key of an execution and that of the nearest earlier one, in words.
///
/// The parts of a key are compared by name; where code or a folder differs, its manifests tell which
/// files.
package struct KeyDifference: Sendable, Equatable {
  /// One thing that differs.
  package struct Item: Sendable, Equatable {
    package enum Change: String, Sendable {
      case changed
      case new = "is new"
      case gone = "is gone"
    }

    /// The part of the key: "code", "input data", "parameter lr".
    package var part: String
    /// The file in it, where the part is code or a folder.
    package var file: String?
    package var change: Change
    /// Both contents of a file, for a diff of its text; nil where there is none.
    package var old: Digest?
    package var new: Digest?
    /// What it was and is, where that can be said in a few words: a package's versions.
    package var from: String?
    package var to: String?

    package var words: String {
      if let from, let to { return "\(part) \(from) -> \(to)" }
      let label = file.map { part == "code" ? $0 : "\(part): \($0)" } ?? part
      let plain = label.hasPrefix("text ") ? String(label.dropFirst(5)) : label
      return "\(plain) \(change.rawValue)"
    }
  }

  /// The most telling first: parameters, code, inputs, then the rest.
  package let items: [Item]

  /// - Parameters:
  ///   - old: the earlier key's parts.
  ///   - new: this one's.
  ///   - manifest: reads the manifest of code or a folder by its digest; nil for anything else.
  ///   - packages: reads what is installed by the digest of that; nil where it is not known.
  package init(
    from old: [String: Digest],
    to new: [String: Digest],
    manifest: (Digest) -> Manifest?,
    packages: (Digest) -> InstalledPackages? = { _ in nil }
  ) {
    var items: [Item] = []
    for name in Set(old.keys).union(new.keys) where old[name] != new[name] {
      let change: Item.Change = old[name] == nil ? .new : new[name] == nil ? .gone : .changed
      var files: [Item] = []
      if name == "code" || name.hasPrefix("input "), let a = old[name], let b = new[name] {
        files = KeyDifference.files(name, manifest(a), manifest(b))
      } else if name.hasPrefix("packages of "), let a = old[name].flatMap(packages),
        let b = new[name].flatMap(packages)
      {
        files = KeyDifference.packages(a, b)
      }
      items += files.isEmpty ? [Item(part: name, change: change)] : files
    }
    self.items = items.sorted { ($0.rank, $0.words) < ($1.rank, $1.words) }
  }

  private static func files(_ part: String, _ old: Manifest?, _ new: Manifest?) -> [Item] {
    guard let old = old?.entries, let new = new?.entries else { return [] }
    var items: [Item] = []
    for (path, entry) in new where !entry.isAlike(old[path]) {
      items.append(
        Item(
          part: part,
          file: path,
          change: old[path] == nil ? .new : .changed,
          old: old[path]?.digest,
          new: entry.digest
        )
      )
    }
    for (path, entry) in old where new[path] == nil {
      items.append(Item(part: part, file: path, change: .gone, old: entry.digest))
    }
    return items
  }

  private static func packages(_ old: InstalledPackages, _ new: InstalledPackages) -> [Item] {
    Set(old.versions.keys).union(new.versions.keys).compactMap { name in
      let (a, b) = (old.versions[name], new.versions[name])
      guard a != b else { return nil }
      var item = Item(
        part: name == "python" ? name : "package \(name)",
        change: a == nil ? .new : b == nil ? .gone : .changed
      )
      (item.from, item.to) = (a, b)
      return item
    }
  }

  /// Of some executions, newest first, the one whose key differs in the fewest parts: the newest at a
  /// tie.
  package static func nearest(
    to parts: [String: Digest],
    among executions: [ExecutionRecord]
  ) -> ExecutionRecord? {
    executions.map { ($0, differing($0.components, parts)) }.min { $0.1 < $1.1 }?.0
  }

  /// So many executions are compared with at most, the newest ones; of a run of a sweep, whose other
  /// runs lie near, with fewer: a sweep has many runs.
  package static func memory(isSwept: Bool) -> Int { isSwept ? 8 : 64 }

  /// In how many parts two keys differ.
  package static func differing(_ old: [String: Digest], _ new: [String: Digest]) -> Int {
    let common = new.count { old[$0.key] == $0.value }
    return old.count + new.count - 2 * common
      - new.count { old[$0.key] != nil && old[$0.key] != $0.value }
  }

  /// Whether nothing differs but files of the code that are no scripts: the step may not read them.
  package var isAboutNeighbours: Bool {
    !items.isEmpty
      && items.allSatisfy { item in
        guard item.part == "code", let file = item.file else { return false }
        return ![".py", ".sh", ".bash"].contains { file.hasSuffix($0) }
      }
  }

  /// A few words for a row of a table.
  package var summary: String {
    guard !items.isEmpty else { return "its stored result is gone" }
    let more = items.count > 3 ? " and \(items.count - 3) more" : ""
    return items.prefix(3).map(\.words).joined(separator: ", ") + more
  }
}

extension KeyDifference.Item {
  fileprivate var rank: Int {
    if part == "code" { return 1 }
    let kinds = [
      "parameter ", "code", "input ", "path of ", "text ", "variable ", "python", "package ",
      "packages ", "program ",
    ]
    return kinds.firstIndex { part.hasPrefix($0) } ?? 9
  }
}

extension KeyDifference {
  /// What differs, with all that the store can tell of it.
  package init(from old: [String: Digest], to new: [String: Digest], in objects: ObjectStore) {
    self.init(
      from: old,
      to: new,
      manifest: { objects.manifest($0) },
      packages: { InstalledPackages(of: $0, in: objects) }
    )
  }
}

extension Manifest.Entry {
  /// Sizes follow from the content.
  fileprivate func isAlike(_ other: Manifest.Entry?) -> Bool {
    kind == other?.kind && digest == other?.digest
  }
}
