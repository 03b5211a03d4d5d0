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
    /// The attempt, where its outputs are all that is kept of its work.
    var attempt: AttemptFolder?
  }

  private var gathered: [Entry] = []
  private var known: [Digest: ExecutionRecord] = [:]
  private var isSyncing = false
  /// When the last sync began, in seconds of the monotonic clock.
  private var lastSync = -Double.infinity
  /// Keys that may have got a result since steps began to wait for room; nil: any key may.
  private var fresh: Set<Digest>? = []
  /// The keys that the user declared to mean what another one does, with that one: as the catalog has them.
  private(set) var aliases: [Digest: Digest] = [:]

  /// Of more keys than this nobody keeps a list while steps wait: then any key may have got a result.
  static let mostFresh = 16_384

  /// A result that is not in the catalog yet.
  subscript(key: Digest) -> ExecutionRecord? { known[key] }

  mutating func add(_ entry: Entry) {
    gathered.append(entry)
    if let execution = entry.execution {
      known[execution.key] = known[execution.key] ?? execution
      fresh?.insert(execution.key)
      if let count = fresh?.count, count > Publications.mostFresh { fresh = nil }
    }
  }

  /// Whether a key without a result may have one by now: a step that had to wait need not look it up again.
  func mayHave(_ key: Digest) -> Bool {
    guard let fresh else { return true }
    var next: Digest? = key
    // As far as the catalog follows them.
    for _ in 0...CatalogWriter.longestAlias {
      guard let key = next else { return false }
      if fresh.contains(key) { return true }
      next = aliases[key]
    }
    return false
  }

  /// All that is declared, as it stands.
  mutating func take(all records: [AliasRecord]) {
    aliases = Dictionary(records.map { ($0.key, $0.target) }) { first, _ in first }
  }

  /// What a key was declared to mean is taken back.
  mutating func takeBack(_ alias: AliasRecord) { aliases[alias.key] = nil }

  /// A key was declared to mean what another one does: it may have a result at once.
  mutating func take(_ alias: AliasRecord) {
    aliases[alias.key] = alias.target
    fresh?.insert(alias.key)
  }

  /// No step waits that has looked up its key already.
  mutating func nobodyWaits() { fresh = [] }

  /// Seconds from one sync to the next where no run waits for it: it holds up whoever writes meanwhile.
  static let pause = 0.2

  /// Seconds until the next sync is due; nil while another one is under way or nothing has gathered.
  func rest(at now: Double, isAwaited: Bool) -> Double? {
    guard !isSyncing, !gathered.isEmpty else { return nil }
    return isAwaited ? 0 : max(0, lastSync + Publications.pause - now)
  }

  /// What is to be synced now.
  mutating func begin(at now: Double) -> [Entry] {
    isSyncing = true
    lastSync = now
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
