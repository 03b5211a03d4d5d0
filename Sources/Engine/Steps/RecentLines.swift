/// The last lines of a log, for the one that tells why a script failed.
struct RecentLines {
  /// In a ring, so that none of them is moved.
  private var lines: [[UInt8]] = []
  private var next = 0

  private static let most = 20
  private static let mostBytes = 300

  /// Takes a line; blank ones tell nothing.
  mutating func add(_ line: some Collection<UInt8>) {
    guard line.contains(where: { $0 > 32 }) else { return }
    if lines.count < Self.most {
      lines.append(Array(line.prefix(Self.mostBytes)))
    } else {
      // Its space is used again: scripts print millions of lines.
      lines[next].removeAll(keepingCapacity: true)
      lines[next] += line.prefix(Self.mostBytes)
    }
    next = (next + 1) % Self.most
  }

  /// The last line that looks like an error, or the only line; empty where there is no such.
  var telling: String {
    if lines.count == 1 { return String(decoding: lines[0], as: UTF8.self) }
    for age in lines.indices {
      let index = (next + Self.most - 1 - age) % Self.most
      guard lines.indices.contains(index) else { continue }
      let text = String(decoding: lines[index], as: UTF8.self)
      // Python's last line is the exception, whatever that is called.
      if text.hasPrefix(Self.pythonsHead) { return newest }
      if Self.looksLikeError(text) { return text }
    }
    return ""
  }

  private var newest: String {
    String(decoding: lines[(next + Self.most - 1) % Self.most], as: UTF8.self)
  }

  private static let pythonsHead = "Traceback (most recent call last)"

  private static let words = [
    "error", "exception", "failed", "failure", "fatal", "killed", "abort", "panic",
    "no such", "not found", "cannot", "denied", "interrupt",
  ]

  static func looksLikeError(_ line: String) -> Bool {
    let line = line.lowercased()
    return words.contains { line.contains($0) }
  }
}
