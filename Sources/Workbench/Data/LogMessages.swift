import Glibc
import Store

/// Warnings and errors of a step's log that stand close to each other.
package struct LogMessage: Sendable, Equatable {
  package enum Severity: Int, Sendable, Comparable {
    case warning, error

    package static func < (left: Severity, right: Severity) -> Bool {
      left.rawValue < right.rawValue
    }
  }

  /// When the first of the worst was printed, in seconds since 1970.
  package var time: Double
  /// What the curve beside which they are shown counted then; nil where it had not begun.
  package var step: Double?
  /// Of the worst.
  package var severity: Severity
  package var count = 1
  /// The first of the worst lines, hostile, at most 160 bytes.
  package var text: String
}

/// The warnings and errors of one log, as it grows: at most 64 groups, however many lines there are.
///
/// Of a log that is long when it is looked at first its last 32 MiB are read: the screen must not
/// wait for gigabytes.
struct LogMessages {
  /// Messages that are shown as one, by where the first of the worst begins in the log.
  struct Group: Equatable {
    var offset: Int
    var message: LogMessage
  }

  static let most = 64
  private static let mostAtOnce = 32 << 20
  private static let piece = 1 << 20

  private let folder: AttemptFolder
  private(set) var groups: [Group] = []
  private var scanned = 0
  private var inode: UInt = 0
  /// Whether the error that a traceback ends with is still to come.
  private var isInTraceback = false

  init(_ folder: AttemptFolder) { self.folder = folder }

  /// Reads what was appended, to the last line's end; a log that was replaced or cut is read anew.
  mutating func refresh() {
    let file = open(folder.log, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { return }
    let size = Int(status.st_size)
    if size < scanned || UInt(status.st_ino) != inode {
      self = LogMessages(folder)
      inode = UInt(status.st_ino)
    }
    scanned = max(scanned, size - Self.mostAtOnce)
    while scanned < size {
      let bytes = LogTimesFile.read(file, from: scanned, count: min(size - scanned, Self.piece))
      guard !bytes.isEmpty else { return }
      // Of a line without an end nothing is said yet, unless it is as long as a piece.
      let end =
        bytes.lastIndex(of: 10).map { $0 + 1 } ?? (bytes.count == Self.piece ? bytes.count : 0)
      guard end > 0 else { return }
      take(bytes[..<end])
      scanned += end
    }
  }

  private mutating func take(_ bytes: ArraySlice<UInt8>) {
    var start = bytes.startIndex
    while start < bytes.endIndex {
      let end = bytes[start...].firstIndex(of: 10) ?? bytes.endIndex
      if let kind = LogLineKind(bytes[start..<end]) {
        take(kind, bytes[start..<min(end, start + 160)], at: scanned + start)
      }
      start = end + 1
    }
  }

  private mutating func take(_ kind: LogLineKind, _ line: ArraySlice<UInt8>, at offset: Int) {
    let text = String(decoding: line, as: UTF8.self)
    if kind == .exception, isInTraceback, let last = groups.indices.last {
      // The traceback's own error: it says what the head of it could not.
      isInTraceback = false
      groups[last].message.text = text
      return
    }
    isInTraceback = kind == .traceback
    let time = LogTimesFile.time(of: offset, in: folder.times)
    guard let time else { return }
    let severity: LogMessage.Severity = kind == .warning ? .warning : .error
    groups.append(
      Group(offset: offset, message: LogMessage(time: time, severity: severity, text: text))
    )
    if groups.count > 2 * Self.most { gather() }
  }

  /// Joins those that are closest to each other in time.
  private mutating func gather() {
    let gaps = zip(groups, groups.dropFirst()).map { $1.message.time - $0.message.time }
    let widest = gaps.sorted()[max(0, groups.count - Self.most - 1)]
    var left = groups.count - Self.most
    var gathered: [Group] = [groups[0]]
    for (gap, group) in zip(gaps, groups.dropFirst()) {
      if gap <= widest, left > 0 {
        let isWorse = gathered[gathered.count - 1].message.join(group.message)
        if isWorse { gathered[gathered.count - 1].offset = group.offset }
        left -= 1
      } else {
        gathered.append(group)
      }
    }
    groups = gathered
  }
}

extension LogMessage {
  /// Takes another group into this one; whether the other one is the worse and gives the text now.
  @discardableResult
  mutating func join(_ other: LogMessage) -> Bool {
    let all = count + other.count
    let isWorse = other.severity > severity
    if isWorse { self = other }
    count = all
    return isWorse
  }
}
