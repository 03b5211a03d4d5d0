import Documents
import Glibc

/// Where the lines of a growing log begin: every 1024th, so that gigabytes cost kilobytes.
struct LogIndex: Sendable {
  private static let stride = 1024
  /// Bytes of one answer at most.
  private static let most = 4 << 20

  let path: String
  /// Offsets of the lines 0, 1024, 2048, ...
  private var marks: [Int] = [0]
  /// Ended lines before `scanned`.
  private var ended = 0
  private var scanned = 0
  private var endsOpen = false
  private var inode: UInt = 0

  init(path: String) { self.path = path }

  /// The number of the line that holds a byte.
  mutating func line(at offset: Int) throws -> Int? {
    guard let file = try openLog() else { return nil }
    defer { close(file) }
    scan(file)
    let offset = min(offset, scanned)
    let mark = max(0, (marks.firstIndex { $0 > offset } ?? marks.count) - 1)
    let before = read(file, from: marks[mark], to: offset)
    return mark * LogIndex.stride + before.count { $0 == 10 }
  }

  /// Nil where there is no log yet.
  private func openLog() throws -> Int32? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    if file >= 0 { return file }
    if errno == ENOENT { return nil }
    throw Explanation(
      what: "The log cannot be read.",
      why: "\(path): \(String(cString: strerror(errno)))"
    )
  }

  /// The lines of a window; a log that does not exist yet is empty.
  mutating func facts(_ window: LogWindow) throws -> LogFacts {
    guard let file = try openLog() else { return LogFacts(first: 0, lines: [], count: 0) }
    defer { close(file) }
    scan(file)
    let count = ended + (endsOpen ? 1 : 0)
    switch window {
    case .tail(let lines):
      let shown = tail(file, lines: lines).map { String(decoding: $0, as: UTF8.self) }
      return LogFacts(first: count - shown.count, lines: shown, count: count)
    case .lines(let first, let wanted):
      let first = min(max(0, first), count)
      let mark = min(first / LogIndex.stride, marks.count - 1)
      let bytes = read(file, from: marks[mark], to: min(scanned, marks[mark] + 2 * LogIndex.most))
      let shown = LogIndex.lines(bytes).dropFirst(first - mark * LogIndex.stride)
        .prefix(max(0, wanted))
        .map { String(decoding: $0, as: UTF8.self) }
      return LogFacts(first: first, lines: shown, count: count)
    }
  }

  /// The last lines, of no more bytes than are needed for them.
  private func tail(_ file: Int32, lines wanted: Int) -> ArraySlice<ArraySlice<UInt8>> {
    var size = max(4096, 64 * wanted)
    while true {
      size = min(size, scanned, LogIndex.most)
      var lines = LogIndex.lines(read(file, from: scanned - size, to: scanned))
      // The first one may have been cut in its middle.
      if size < scanned, lines.count > 1 { lines.removeFirst() }
      if lines.count >= wanted || size == min(scanned, LogIndex.most) {
        return lines.suffix(max(0, wanted))
      }
      size *= 4
    }
  }

  /// Counts the lines that were appended; a file that was replaced or cut is read anew.
  private mutating func scan(_ file: Int32) {
    var status = stat()
    guard fstat(file, &status) == 0 else { return }
    let size = Int(status.st_size)
    if size < scanned || UInt(status.st_ino) != inode {
      self = LogIndex(path: path)
      inode = UInt(status.st_ino)
    }
    while scanned < size {
      let bytes = read(file, from: scanned, to: min(size, scanned + 1 << 20))
      guard let last = bytes.last else { return }
      for (offset, byte) in bytes.enumerated() where byte == 10 {
        ended += 1
        if ended % LogIndex.stride == 0 { marks.append(scanned + offset + 1) }
      }
      endsOpen = last != 10
      scanned += bytes.count
    }
  }

  private func read(_ file: Int32, from: Int, to: Int) -> [UInt8] {
    guard to > from else { return [] }
    return [UInt8](unsafeUninitializedCapacity: to - from) { buffer, count in
      while count < to - from {
        let got = pread(
          file,
          buffer.baseAddress.map { $0 + count },
          to - from - count,
          from + count
        )
        if got < 0, errno == EINTR { continue }
        guard got > 0 else { return }
        count += got
      }
    }
  }

  private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}
