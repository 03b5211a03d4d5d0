import Store
import Terminal

/// The tail of one step's log: follows, scrolls, searches.
struct LogPane: Sendable, Equatable {
  enum Position: Sendable, Equatable {
    /// A failure's traceback where there is one, else the end.
    case automatic
    /// The end, whatever is appended.
    case follow
    /// A line's number, from 0, at the top.
    case line(Int)
  }

  var position = Position.automatic
  /// What `n` looks for; empty: nothing.
  var pattern = ""
  /// The line that was found last.
  var match: Int?
  /// While `/` takes the text to look for.
  var field: TextField?

  /// Whether long lines go on in the next row; else they are cut.
  var isWrapped = false
  /// The cells that a wrapped line has, from the last layout.
  var width = 0

  /// Lines that are read at once.
  static let window = 1000

  /// The windows of the log that are needed: the tail always, and what was scrolled to.
  func windows(of folder: AttemptFolder, tailFirst: Int) -> Set<Query> {
    var queries: Set<Query> = [.log(folder, .tail(lines: LogPane.window))]
    if case .line(let top) = position, top < tailFirst {
      queries.insert(.log(folder, LogPane.block(holding: top)))
    }
    return queries
  }

  /// The block of lines that a line is read with; few distinct ones, so that scrolling asks seldom.
  private static func block(holding line: Int) -> LogWindow {
    let step = window / 2
    return .lines(first: max(0, (line / step) * step - step / 2), count: window)
  }

  /// The answer that holds the lines to be shown: the scrolled-to block when it is there.
  func facts(_ context: Context, of folder: AttemptFolder) -> LogFacts? {
    let tail = LogPane.log(context.answers[.log(folder, .tail(lines: LogPane.window))])
    guard case .line(let top) = position, let tail, top < tail.first else { return tail }
    guard var block = LogPane.log(context.answers[.log(folder, LogPane.block(holding: top))])
    else { return tail }
    block.count = max(block.count, tail.count)
    block.failure = block.failure ?? tail.failure
    return block
  }

  static func log(_ answer: Answer?) -> LogFacts? {
    if case .log(let facts)? = answer { facts } else { nil }
  }

  // MARK: Moving

  /// The number of the line at the top when `height` lines are shown.
  func top(_ facts: LogFacts, height: Int) -> Int {
    let end = end(facts, height: height)
    return switch position {
    case .follow: end
    case .line(let line): min(max(0, line), end)
    case .automatic: traceback(facts, height: height) ?? end
    }
  }

  /// The top line with which the last one is in view.
  private func end(_ facts: LogFacts, height: Int) -> Int {
    top(before: facts.count, facts, height: height)
  }

  /// The top line with which all before a line, and not more, fill the height.
  private func top(before last: Int, _ facts: LogFacts, height: Int) -> Int {
    guard isWrapped, width > 0 else { return max(0, last - height) }
    var (line, room) = (last, height)
    while line > 0 {
      let index = line - 1 - facts.first
      let rows = facts.lines.indices.contains(index) ? rows(of: facts.lines[index]).count : 1
      guard rows <= room else { break }
      room -= rows
      line -= 1
    }
    return max(0, min(line, last - 1))
  }

  /// The rows that a line takes.
  func rows(of line: String) -> [StyledText] {
    let text = LogPane.styled(line)
    return isWrapped && width > 0 ? text.wrapped(to: width) : [text]
  }

  /// Whether new lines come into view by themselves.
  func isFollowing(_ facts: LogFacts, height: Int) -> Bool {
    top(facts, height: height) >= end(facts, height: height)
  }

  mutating func scroll(by lines: Int, _ facts: LogFacts, height: Int) {
    let end = end(facts, height: height)
    let next = max(0, top(facts, height: height) + lines)
    position = next >= end ? .follow : .line(next)
  }

  mutating func show(_ line: Int, _ facts: LogFacts, height: Int) {
    let top = top(facts, height: height)
    guard line < top || line >= top + height else { return }
    let next = max(0, line - height / 3)
    position = next >= end(facts, height: height) ? .follow : .line(next)
  }

  /// The top line under which the last traceback's end is in view, its beginning too if it fits.
  private func traceback(_ facts: LogFacts, height: Int) -> Int? {
    guard let failure = facts.failure, height > 0 else { return nil }
    let lines = facts.lines
    let message = failure.message.prefix { $0 != "\n" }
    guard
      let last = lines.lastIndex(where: { !message.isEmpty && $0.contains(message) })
    else { return nil }
    let head = lines[...last].lastIndex { $0.contains("Traceback (most recent call last)") }
    let top = top(before: facts.first + last + 1, facts, height: height)
    return min(end(facts, height: height), max(top, facts.first + (head ?? 0)))
  }

  // MARK: Searching

  /// Moves to the next line (or the one before) that holds the pattern, around the ends.
  ///
  /// Looks in the lines that were read; false when none of them holds it.
  mutating func find(forward: Bool, _ facts: LogFacts, height: Int) -> Bool {
    guard !pattern.isEmpty, !facts.lines.isEmpty else { return false }
    let lines = facts.lines
    let start = (match.map { $0 - facts.first }) ?? (forward ? -1 : lines.count)
    for distance in 1...lines.count {
      let offset = forward ? start + distance : start - distance
      let index = ((offset % lines.count) + lines.count) % lines.count
      guard LogPane.holds(lines[index], pattern) else { continue }
      match = facts.first + index
      show(facts.first + index, facts, height: height)
      return true
    }
    return false
  }

  /// "3 of 17": the lines that hold the pattern, of those that were read; "17+" where others were not.
  func matchCount(_ facts: LogFacts) -> SafeText {
    guard !pattern.isEmpty else { return "" }
    var (all, place) = (0, Int?.none)
    for (index, line) in facts.lines.enumerated() where LogPane.holds(line, pattern) {
      all += 1
      if match == facts.first + index { place = all }
    }
    let count = grouped(all) + (facts.lines.count < facts.count ? "+" : "")
    return place.map { grouped($0) + " of " + count } ?? (all > 0 ? count : "")
  }

  /// Lower-case patterns match upper case too.
  static func holds(_ line: String, _ pattern: String) -> Bool {
    pattern == pattern.lowercased()
      ? line.lowercased().contains(pattern) : line.contains(pattern)
  }
}
