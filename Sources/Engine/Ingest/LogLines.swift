/// Cuts a stream of bytes into lines, however it was torn into reads.
///
/// "\n" and "\r" both end a line for metrics, as progress bars use the latter. A line that grows beyond
/// `limit` bytes is given out in pieces, so that memory stays bounded; one that may be an object of
/// JSON beyond `longestObject`.
struct LogLines {
  static let limit = 65_536
  static let longestObject = 1 << 20
  private var rest: [UInt8] = []

  /// Bytes of the line that has not ended.
  var pending: Int { rest.count }

  /// Calls `body` with each line that has ended, without its end.
  mutating func add(
    _ bytes: UnsafeRawBufferPointer,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    let bytes = bytes.bindMemory(to: UInt8.self)
    var start = 0
    for index in bytes.indices where bytes[index] == 10 || bytes[index] == 13 {
      give(UnsafeBufferPointer(rebasing: bytes[start..<index]), body)
      start = index + 1
    }
    rest += bytes[start...]
    let mayBeObject = rest.first == UInt8(ascii: "{")
    if rest.count >= (mayBeObject ? LogLines.longestObject : LogLines.limit) { finish(body) }
  }

  /// Gives out what has no end yet.
  mutating func finish(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    guard !rest.isEmpty else { return }
    rest.withUnsafeBufferPointer(body)
    rest.removeAll(keepingCapacity: true)
  }

  private mutating func give(
    _ part: UnsafeBufferPointer<UInt8>,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    if rest.isEmpty {
      if !part.isEmpty { body(part) }
    } else {
      rest += part
      finish(body)
    }
  }
}
