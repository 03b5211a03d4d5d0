import Glibc

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
    while start < bytes.count, let base = bytes.baseAddress {
      func next(_ byte: Int32, before end: Int) -> Int? {
        memchr(base + start, byte, end - start).map { $0 - UnsafeMutableRawPointer(mutating: base) }
      }
      let end = next(10, before: bytes.count)
      while start < end ?? bytes.count, let middle = next(13, before: end ?? bytes.count) {
        give(UnsafeBufferPointer(rebasing: bytes[start..<middle]), body)
        start = middle + 1
      }
      guard let end else { break }
      give(UnsafeBufferPointer(rebasing: bytes[start..<end]), body)
      start = end + 1
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
