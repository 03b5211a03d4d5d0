/// Whose line is which, on one row: `━━ r141  ╍╍ r142  +3 more`.
///
/// Where not all have room the names are shortened in their middles first; then the last ones are left
/// out, and how many they are is said.
package struct Legend: Sendable, Equatable {
  package struct Entry: Sendable, Equatable {
    /// A piece of what is drawn, with a blank behind it; may be empty.
    package var sample: SafeText
    package var label: SafeText
    package var style: Style

    package init(sample: SafeText = "", label: SafeText, style: Style) {
      self.sample = sample
      self.label = label
      self.style = style
    }
  }

  package var entries: [Entry]

  /// Cells of a name that still tells something.
  private static let least = 8

  package init(_ entries: [Entry]) { self.entries = entries }

  /// The legend in at most `width` cells.
  package func text(width: Int) -> StyledText {
    for count in stride(from: entries.count, to: 0, by: -1) {
      let more: SafeText = count < entries.count ? "  +\(entries.count - count) more" : ""
      let taken = entries[..<count].reduce(0) { $0 + $1.sample.width }
      let room = width - taken - 2 * (count - 1) - more.width
      let widths = entries[..<count].map(\.label.width)
      let least = count == 1 ? 1 : min(Self.least, widths.max() ?? 0)
      guard let most = Self.longest(of: widths, room), most >= least else { continue }
      var text = StyledText()
      for (index, entry) in entries[..<count].enumerated() {
        if index > 0 { text.append("  ") }
        text.append(entry.sample + entry.label.shortened(to: most), entry.style)
      }
      if !more.isEmpty { text.append(more, .dim) }
      return text
    }
    guard let first = entries.first else { return StyledText() }
    return StyledText(first.label.shortened(to: max(0, width)), first.style)
  }

  /// How long names may be so that all of them have room; nil where none has any.
  private static func longest(of widths: [Int], _ room: Int) -> Int? {
    var (rest, open) = (room, widths.count)
    for width in widths.sorted() {
      guard rest > 0 else { return nil }
      if width > rest / open { return rest / open }
      (rest, open) = (rest - width, open - 1)
    }
    return widths.max()
  }
}
