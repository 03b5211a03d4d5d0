import Store

/// Results that have ended well and are not safely on the disk yet.
///
/// A result is in the cache for others only when a lost machine cannot take it back; until then it is
/// known here, to the steps that follow. One sync serves all that have gathered meanwhile.
struct Publications {
  struct Entry: Sendable {
    let run: Int
    /// Nil for a step that is not cached.
    let execution: ExecutionRecord?
    /// The age from which on an earlier result of the same key gives way to this one.
    var expiresAfter: Double?
  }

  private var gathered: [Entry] = []
  private var known: [Digest: ExecutionRecord] = [:]
  private(set) var isSyncing = false

  /// A result that is not in the catalog yet.
  subscript(key: Digest) -> ExecutionRecord? { known[key] }

  mutating func add(_ entry: Entry) {
    gathered.append(entry)
    if let execution = entry.execution { known[execution.key] = known[execution.key] ?? execution }
  }

  /// What is to be synced now; nil while another sync is under way or nothing has gathered.
  mutating func begin() -> [Entry]? {
    guard !isSyncing, !gathered.isEmpty else { return nil }
    isSyncing = true
    defer { gathered = [] }
    return gathered
  }

  /// Some are on the disk and in the catalog.
  mutating func end(_ entries: [Entry]) {
    isSyncing = false
    for entry in entries { if let key = entry.execution?.key { known[key] = nil } }
  }

  /// They could not be written: they gather again.
  mutating func fail(_ entries: [Entry]) {
    isSyncing = false
    gathered = entries + gathered
  }
}
