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

    package var words: String {
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
  package init(
    from old: [String: Digest],
    to new: [String: Digest],
    manifest: (Digest) -> Manifest?
  ) {
    var items: [Item] = []
    for name in Set(old.keys).union(new.keys) where old[name] != new[name] {
      let change: Item.Change = old[name] == nil ? .new : new[name] == nil ? .gone : .changed
      var files: [Item] = []
      if name == "code" || name.hasPrefix("input "), let a = old[name], let b = new[name] {
        files = KeyDifference.files(name, manifest(a), manifest(b))
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

  /// Of some executions, newest first, the one whose key differs in the fewest parts: the newest at a
  /// tie.
  package static func nearest(
    to parts: [String: Digest],
    among executions: [ExecutionRecord]
  ) -> ExecutionRecord? {
    executions.map { ($0, differing($0.components, parts)) }.min { $0.1 < $1.1 }?.0
  }

  /// So many executions are compared with.
  package static let memory = 5

  private static func differing(_ old: [String: Digest], _ new: [String: Digest]) -> Int {
    let common = new.count { old[$0.key] == $0.value }
    return old.count + new.count - 2 * common
      - new.count { old[$0.key] != nil && old[$0.key] != $0.value }
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
    let kinds = ["parameter ", "code", "input ", "text ", "variable ", "packages ", "program "]
    return kinds.firstIndex { part.hasPrefix($0) } ?? 9
  }
}

extension Manifest.Entry {
  /// Sizes follow from the content.
  fileprivate func isAlike(_ other: Manifest.Entry?) -> Bool {
    kind == other?.kind && digest == other?.digest
  }
}
