import Foundation
import Terminal

/// Lines at the bottom of a terminal that are redrawn in place.
///
/// It remembers how many rows it has drawn and goes back up over them; lines are cut to the width, so
/// that none of them wraps.
struct LiveLines {
  let output: Output
  private var drawn = 0
  private var last: [Line] = []

  init(output: Output) { self.output = output }

  mutating func show(_ lines: [Line]) {
    let size = output.size ?? Size(width: 80, height: 24)
    let room = max(1, size.height - 1)
    let shown = lines.prefix(room).map { $0.cut(to: max(1, size.width - 1)) }
    guard shown != last else { return }
    last = shown
    var text = "\u{1b}[?25l" + top
    for line in shown {
      text += (output.hasColors ? line.colored : line.plain) + "\u{1b}[K\n"
    }
    output.write(text + "\u{1b}[J")
    drawn = shown.count
  }

  /// Prints lines that stay, above the live ones.
  mutating func keep(_ lines: [Line]) {
    guard !lines.isEmpty else { return }
    output.write(top + "\u{1b}[J")
    drawn = 0
    last = []
    output.print(lines)
  }

  /// Takes the live lines away and gives the cursor back.
  mutating func clear() {
    output.write(top + "\u{1b}[J\u{1b}[?25h")
    drawn = 0
    last = []
  }

  private var top: String { drawn > 0 ? "\u{1b}[\(drawn)A\r" : "\r" }
}
