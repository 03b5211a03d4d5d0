import Terminal

/// Markdown as it reads on a terminal: headings, lists, tables and code, wrapped to a width.
///
/// Only what READMEs are made of; anything else is shown as it was written.
struct Markdown {
  private let width: Int
  private var lines: [StyledText] = []
  private var paragraph = ""
  /// The cells of the first lines of what a paragraph belongs to: "  • ".
  private var bullet = ""
  private var table: [[String]] = []

  /// The text's first 600 lines, each of at most `width` cells.
  static func lines(_ text: String, width: Int) -> [StyledText] {
    var page = Markdown(width: max(8, width))
    page.read(text)
    return page.lines
  }

  private init(width: Int) { self.width = width }

  private mutating func read(_ text: String) {
    var isCode = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).prefix(600) {
      let body = line.drop { $0 == " " }
      if body.hasPrefix("```") {
        flush()
        isCode.toggle()
      } else if isCode || (line.hasPrefix("    ") && paragraph.isEmpty) {
        flush()
        addCode(isCode ? line : line.dropFirst(4))
      } else if body.isEmpty {
        flush()
        if lines.last?.isEmpty == false { lines.append(StyledText()) }
      } else if body.hasPrefix("|") {
        if table.isEmpty { flush() }
        addRow(body)
      } else {
        flushTable()
        add(line, body)
      }
    }
    flush()
    while lines.last?.isEmpty == true { lines.removeLast() }
  }

  /// Indented; what is too wide goes on in the next line, further in.
  private mutating func addCode(_ line: Substring) {
    let code = SafeText(hostile: line).wrapped(to: max(8, width - 6))
    for (index, part) in code.enumerated() {
      let indent: SafeText = index == 0 ? "    " : "      "
      lines.append(StyledText(indent + part, Style(.string)))
    }
  }

  private mutating func add(_ line: Substring, _ body: Substring) {
    let indent = String(repeating: " ", count: min(8, line.count - body.count))
    if body.hasPrefix("#") {
      flush()
      let title = body.drop { $0 == "#" || $0 == " " }
      lines.append(StyledText(SafeText(hostile: title), Style(.accent, bold: true)))
    } else if let mark = ["- ", "* ", "+ "].first(where: body.hasPrefix) {
      flush()
      bullet = indent + "• "
      paragraph = String(body.dropFirst(mark.count))
    } else if let number = Markdown.number(of: body) {
      flush()
      bullet = indent + number + " "
      paragraph = String(body.dropFirst(number.count + 1))
    } else {
      let text = body.hasPrefix("> ") ? body.dropFirst(2) : body
      paragraph += (paragraph.isEmpty ? "" : " ") + text
    }
  }

  /// The number that a line of a list begins with, with its point.
  private static func number(of line: Substring) -> String? {
    let digits = line.prefix { $0.isASCII && $0.isNumber }
    guard (1...3).contains(digits.count), line.dropFirst(digits.count).hasPrefix(". ") else {
      return nil
    }
    return digits + "."
  }

  private mutating func flush() {
    flushTable()
    guard !paragraph.isEmpty else { return }
    let start = SafeText(hostile: bullet)
    for (index, line) in Markdown.inline(paragraph).wordWrapped(to: width - start.width)
      .enumerated()
    {
      let indent = index == 0 ? start : SafeText("").padded(to: start.width)
      lines.append(StyledText(indent, .accent) + line)
    }
    (paragraph, bullet) = ("", "")
  }

  // MARK: Tables

  private mutating func addRow(_ line: Substring) {
    var cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst()
      .map { $0.drop { $0 == " " } }.map { String($0.reversed().drop { $0 == " " }.reversed()) }
    if cells.last?.isEmpty == true { cells.removeLast() }
    table.append(Array(cells.prefix(12)))
  }

  private mutating func flushTable() {
    guard !table.isEmpty else { return }
    let rows = table.filter { row in !row.allSatisfy { $0.allSatisfy { "-: ".contains($0) } } }
    let hasHeading = rows.count < table.count
    table = []
    let cells = rows.map { $0.map(Markdown.inline) }
    let widths = Markdown.fit(cells, width)
    for (index, row) in cells.enumerated() {
      let isHeading = hasHeading && index == 0
      let wrapped = row.enumerated().map { column, cell in
        (isHeading ? StyledText(cell.plain, Style(.dim, bold: true)) : cell)
          .wordWrapped(to: widths[column])
      }
      for part in 0..<(wrapped.map(\.count).max() ?? 0) {
        var line = StyledText()
        for (column, cell) in wrapped.enumerated() {
          let text = part < cell.count ? cell[part] : StyledText()
          line.runs += text.runs
          let gap = widths[column] - text.width + 2
          if column < wrapped.count - 1 { line.append(SafeText("").padded(to: gap)) }
        }
        lines.append(line)
      }
    }
  }

  /// As wide as each column's widest cell; the widest columns give way where that is too much.
  private static func fit(_ rows: [[StyledText]], _ width: Int) -> [Int] {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(1) }
        widths[column] = max(widths[column], min(cell.width, width))
      }
    }
    let room = width - 2 * max(0, widths.count - 1)
    while widths.reduce(0, +) > max(room, widths.count),
      let widest = widths.indices.max(by: { widths[$0] < widths[$1] })
    {
      widths[widest] -= 1
    }
    return widths
  }

  // MARK: Within a line

  /// `code`, **strong** words and the text of [links](to/somewhere).
  private static func inline(_ text: String) -> StyledText {
    var line = StyledText()
    var rest = text[...]
    var plain = ""
    func end() {
      if !plain.isEmpty { line.append(SafeText(hostile: plain)) }
      plain = ""
    }
    while let first = rest.first {
      if first == "`", let close = rest.dropFirst().firstIndex(of: "`") {
        end()
        line.append(
          SafeText(hostile: rest[rest.index(after: rest.startIndex)..<close]),
          Style(.string)
        )
        rest = rest[rest.index(after: close)...]
      } else if rest.hasPrefix("**"), let close = rest.dropFirst(2).firstRange(of: "**") {
        end()
        line.append(SafeText(hostile: rest.dropFirst(2)[..<close.lowerBound]), .bold)
        rest = rest[close.upperBound...]
      } else if first == "[", let middle = rest.firstRange(of: "]("),
        let close = rest[middle.upperBound...].firstIndex(of: ")")
      {
        end()
        line.append(SafeText(hostile: rest.dropFirst()[..<middle.lowerBound]), .accent)
        rest = rest[rest.index(after: close)...]
      } else {
        plain.append(first)
        rest = rest.dropFirst()
      }
    }
    end()
    return line
  }
}
