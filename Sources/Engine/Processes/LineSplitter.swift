/// Makes lines of bytes that arrive in pieces.
///
/// Invalid UTF-8 is repaired. A carriage return starts its line anew, as a progress bar means it. A
/// line beyond the limit is cut there and goes on as another one, so that memory stays bounded.
struct LineSplitter {
  /// In bytes.
  let limit: Int
  private var pending: [UInt8] = []

  init(limit: Int = 65536) {
    self.limit = limit
  }

  /// Takes what arrived and gives the lines that it completes.
  mutating func feed(_ bytes: some Sequence<UInt8>) -> [String] {
    var lines: [String] = []
    for byte in bytes {
      if byte == 10 {
        lines.append(take())
      } else {
        pending.append(byte)
        if pending.count >= limit { lines.append(take()) }
      }
    }
    return lines
  }

  /// The last line, when it had no end.
  mutating func finish() -> String? {
    pending.isEmpty ? nil : take()
  }

  private mutating func take() -> String {
    defer { pending.removeAll(keepingCapacity: true) }
    var line = pending[...]
    while line.last == 13 { line.removeLast() }
    if let start = line.lastIndex(of: 13) { line = line[(start + 1)...] }
    return String(decoding: line, as: UTF8.self)
  }
}
