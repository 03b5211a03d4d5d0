import Terminal
import Testing

@testable import Workbench

/// Before, keys, after; "‸" is the cursor and "⟦" the other end of the selection.
struct EditorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let before: String
    let keys: String
    let after: String
    var language = Language.plain
    var testDescription: String { "\(before.debugDescription) \(keys)" }

    init(_ before: String, _ keys: String, _ after: String, _ language: Language = .plain) {
      (self.before, self.keys, self.after, self.language) = (before, keys, after, language)
    }
  }

  @Test(arguments: [
    Case("a‸c", "b", "ab‸c"),
    Case("‸", "한 글", "한글‸"),
    Case("한‸국", "BS", "‸국"),
    Case("e‸x", "\u{301}", "e\u{301}‸x"),
    Case("ab\n‸cd", "BS", "ab‸cd"),
    Case("ab‸\ncd", "DEL", "ab‸cd"),
    Case("ab‸", "DEL", "ab‸"),
    Case("‸ab", "BS", "‸ab"),
    Case("ab‸cd", "RET", "ab\n‸cd"),
    Case("  ab‸", "RET", "  ab\n  ‸"),
    Case("def f():‸", "RET", "def f():\n    ‸", .python),
    Case("    return 1‸", "RET", "    return 1\n‸", .python),
    Case("steps:‸", "RET", "steps:\n  ‸", .yaml),
    Case("a\n    ‸b", "BS", "a\n‸b"),
    Case("a\n    b\n      ‸c", "BS", "a\n    b\n    ‸c", .python),
    Case("x‸", "TAB", "x   ‸"),
    Case("if x:\n\ty‸", "TAB", "if x:\n\ty\t‸"),
    Case("⟦ab\ncd‸", "TAB", "    ⟦ab\n    cd‸"),
    Case("    ⟦ab\n    cd‸", "S-TAB", "⟦ab\ncd‸"),
    Case("one two‸", "C-LEFT", "one ‸two"),
    Case("one ‸two", "C-LEFT", "‸one two"),
    Case("‸one two", "C-RIGHT", "one‸ two"),
    Case("one two‸", "C-BS", "one ‸"),
    Case("ab\ncd‸", "LEFT LEFT LEFT", "ab‸\ncd"),
    Case("ab‸\ncd", "RIGHT", "ab\n‸cd"),
    Case("  ab‸", "HOME", "  ‸ab"),
    Case("  ‸ab", "HOME", "‸  ab"),
    Case("abcdef‸\nab\nabcdef", "DOWN DOWN", "abcdef\nab\nabcdef‸"),
    Case("한국‸\nabcdef", "DOWN", "한국\nabcd‸ef"),
    Case("abc‸def\n한국어", "DOWN", "abcdef\n한‸국어"),
    Case("ab‸c", "UP", "‸abc"),
    Case("a‸bc", "DOWN", "abc‸"),
    Case("a‸bcd", "S-RIGHT S-RIGHT", "a⟦bc‸d"),
    Case("a⟦bc‸d", "x", "ax‸d"),
    Case("a⟦bc‸d", "BS", "a‸d"),
    Case("a⟦bc‸d", "LEFT", "a‸bcd"),
    Case("⟦a\nb‸", "DEL", "‸"),
    Case("a‸\nb", "C-a", "⟦a\nb‸"),
    Case("‸", "a b C-z", "‸"),
    Case("‸", "a SPC b C-z", "a ‸"),
    Case("‸", "a SPC b C-z C-z C-y", "a ‸"),
    Case("a⟦bc‸d", "x C-z", "abc‸d"),
    Case("ab‸", "BS BS C-z", "ab‸"),
    Case("‸", "a C-z b C-y", "b‸"),
    Case("‸abc", "a LEFT b C-z", "‸aabc"),
    Case("a\nb\n‸c", "C-HOME", "‸a\nb\nc"),
    Case("a\nb\n‸c", "PGUP", "‸a\nb\nc"),
  ])
  func `keys edit text`(_ sample: Case) {
    var buffer = marked(sample.before, sample.language)
    for key in keys(sample.keys) {
      let isTaken = buffer.handle(key, page: 10)
      #expect(isTaken)
    }
    #expect(drawn(buffer) == sample.after)
  }

  private func marked(_ text: String, _ language: Language) -> TextBuffer {
    func find(_ mark: Character) -> TextBuffer.Position? {
      let other: Character = mark == "‸" ? "⟦" : "‸"
      for (line, text) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      {
        let text = text.filter { $0 != other }
        if let index = text.firstIndex(of: mark) {
          return .init(line: line, column: text.distance(from: text.startIndex, to: index))
        }
      }
      return nil
    }
    var buffer = TextBuffer(text.filter { $0 != "‸" && $0 != "⟦" }, language: language)
    if let anchor = find("⟦") { buffer.move(to: anchor) }
    if let cursor = find("‸") { buffer.move(to: cursor, selecting: text.contains("⟦")) }
    return buffer
  }

  private func drawn(_ buffer: TextBuffer) -> String {
    var lines = buffer.lines.map(Array.init)
    var marks = [(buffer.cursor, Character("‸"))]
    if let anchor = buffer.anchor { marks.append((anchor, "⟦")) }
    for (at, mark) in marks.sorted(by: { $0.0 > $1.0 }) {
      lines[at.line].insert(mark, at: at.column)
    }
    return lines.map { String($0) }.joined(separator: "\n")
  }

  private func keys(_ names: String) -> [Key] {
    names.split(separator: " ").flatMap { name -> [Key] in
      var rest = name
      var key = Key("x")
      while rest.count > 2, ["C-", "S-", "M-"].contains(rest.prefix(2)) {
        if rest.hasPrefix("C-") { key.control = true }
        if rest.hasPrefix("S-") { key.shift = true }
        if rest.hasPrefix("M-") { key.alt = true }
        rest = rest.dropFirst(2)
      }
      let named: [Substring: Key.Code] = [
        "BS": .backspace, "DEL": .delete, "RET": .enter, "TAB": .tab, "LEFT": .left, "UP": .up,
        "RIGHT": .right, "DOWN": .down, "HOME": .home, "END": .end, "PGUP": .pageUp,
        "SPC": .character(" "),
      ]
      if rest == "TAB", key.shift { return [.backTab] }
      if let code = named[rest] {
        key.code = code
        return [key]
      }
      return rest.map { character in
        key.code = .character(character)
        return key
      }
    }
  }

  @Test func `what was saved is clean, also after undoing back to it`() {
    var buffer = TextBuffer("a\n")
    #expect(!buffer.isDirty)
    buffer.insert("x")
    buffer.markSaved()
    #expect(!buffer.isDirty)
    buffer.insert("y")
    #expect(buffer.isDirty)
    buffer.undo()
    #expect(!buffer.isDirty)
    #expect(buffer.text == "xa\n")
    buffer.undo()
    #expect(buffer.isDirty)
  }

  @Test(arguments: [
    "", "\n", "a", "a\n", "a\n\n", "\n\n", "a\r\nb\r\n", "a\r\nb", "mixed\r\nb\n", "\u{FEFF}a\n",
    "한국어\n",
    "\r\n", "\ta\n",
  ])
  func `a file is saved as it was loaded`(_ text: String) throws {
    let buffer = try TextBuffer(bytes: Array(text.utf8))
    #expect(Array(buffer.text.utf8) == Array(text.utf8))
  }

  @Test func `CRLF stays CRLF in new lines`() throws {
    var buffer = try TextBuffer(bytes: Array("a\r\nb\r\n".utf8))
    #expect(buffer.lines == ["a", "b"])
    buffer.move(.lineEnd)
    buffer.insertNewline()
    buffer.insert("x\r\ny")
    #expect(buffer.text == "a\r\nx\r\ny\r\nb\r\n")
  }

  @Test func `what is not text is refused with the place`() {
    #expect(throws: FileForm.Refusal.binary(offset: 2)) { try TextBuffer(bytes: [0x61, 0x62, 0]) }
    #expect(throws: FileForm.Refusal.notUTF8(line: 2)) {
      try TextBuffer(bytes: [0x61, 0x0A, 0xFF, 0x0A])
    }
  }

  @Test func `find goes around, backward too, and ignores case for a query in lower case`() {
    var buffer = TextBuffer("One two\none three\nTWO one")
    let found1 = buffer.find(TextQuery("one"))
    #expect(found1)
    #expect(drawn(buffer) == "⟦One‸ two\none three\nTWO one")
    let found2 = buffer.find(TextQuery("one"))
    #expect(found2)
    #expect(buffer.cursor.line == 1)
    let found3 = buffer.find(TextQuery("one"), backward: true)
    #expect(found3)
    let found4 = buffer.find(TextQuery("one"), backward: true)
    #expect(found4)
    #expect(buffer.cursor == .init(line: 2, column: 7))
    let found5 = buffer.find(TextQuery("TWO"))
    #expect(found5)
    #expect(buffer.cursor == .init(line: 2, column: 3))
    let found6 = buffer.find(TextQuery("four"))
    #expect(!found6)
    let found7 = buffer.find(TextQuery(""))
    #expect(!found7)
  }

  @Test func `replacing all is undone at once`() {
    var buffer = TextBuffer("한 한\nb\n한")
    let count3 = buffer.replaceAll(TextQuery("한"), with: "글")
    #expect(count3 == 3)
    #expect(buffer.text == "글 글\nb\n글")
    buffer.undo()
    #expect(buffer.text == "한 한\nb\n한")
    let count0 = buffer.replaceAll(TextQuery("x"), with: "y")
    #expect(count0 == 0)
  }

  @Test func `undo and redo are exact, whatever was done`() {
    var random = SystemSeed(state: 11)
    let inserted = ["a", "한", "\u{301}", "\n", "x\ny", "\t", " ", "👍", "\r\n", ""]
    var buffer = TextBuffer("one\n  two 한국\nthree")
    for _ in 0..<3000 {
      switch random.next() % 9 {
      case 0, 1, 2: buffer.insert(inserted[Int(random.next() % UInt64(inserted.count))])
      case 3: buffer.deleteBackward()
      case 4: buffer.deleteForward()
      case 5: buffer.insertNewline()
      case 6: buffer.indent()
      case 7: buffer.outdent()
      default:
        let line = Int(random.next() % UInt64(buffer.lines.count))
        buffer.move(
          to: .init(line: line, column: Int(random.next() % 8)),
          selecting: random.next() % 3 == 0
        )
      }
      #expect(buffer.cursor == buffer.clamped(buffer.cursor))
    }
    let last = buffer.text
    var steps = 0
    while !buffer.history.done.isEmpty {
      buffer.undo()
      steps += 1
    }
    #expect(buffer.text == "one\n  two 한국\nthree")
    for _ in 0..<steps { buffer.redo() }
    #expect(buffer.text == last)
  }

  @Test(.timeLimit(.minutes(1)))
  func `a hundred thousand lines are edited without delay`() {
    var buffer = TextBuffer(String(repeating: "a line of some text\n", count: 100_000))
    for line in stride(from: 1, to: 100_000, by: 500) {
      buffer.goTo(line: line)
      buffer.insert("x")
      buffer.insertNewline()
    }
    #expect(buffer.lines.count == 100_200)
    let found8 = buffer.find(TextQuery("absent"))
    #expect(!found8)
  }

  @Test(
    arguments: [
      (Language.python, "def f(x): return \"a\" # c", "kkk f     kkkkkk sss ccc"),
      (.python, "x = 1e-3 + y2", "    nnnn     "),
      (.python, "@cache", "ffffff"),
      (.yaml, "- name: train # c", "  kkkk        ccc"),
      (.yaml, "run: it's \"q\" true", "kkk       sss nnnn"),
      (.json, "{\"a\": \"b\", \"c\": 1}", " kkk  sss  kkk  n "),
      (.shell, "if [ \"$a\" ]; then # c", "kk   ssss    kkkk ccc"),
      (.shell, "echo $HOME ${x}", "     nnnnn nnnn"),
    ] as [(Language, String, String)]
  )
  func `syntax is coloured`(_ language: Language, _ line: String, _ colours: String) {
    var syntax = SyntaxColours(language)
    var shown = Array(repeating: Character(" "), count: line.count)
    let letters: [Color: Character] = [
      .keyword: "k", .string: "s", .number: "n", .comment: "c", .function: "f",
    ]
    for span in syntax.next(line) {
      for column in span.range { shown[column] = letters[span.color] ?? "?" }
    }
    #expect(String(shown).trimmed == colours.trimmed)
  }

  @Test func `a string of several lines goes on`() {
    var syntax = SyntaxColours(.python)
    let (first, second, third) = (
      syntax.next("x = \"\"\"doc"), syntax.next("if not code"), syntax.next("end\"\"\" if")
    )
    #expect(first == [.init(4..<10, .string)])
    #expect(second == [.init(0..<11, .string)])
    #expect(third == [.init(0..<6, .string), .init(7..<9, .keyword)])
  }

  @Test func `random lines are coloured within their ends`() {
    var random = SystemSeed(state: 5)
    let parts = Array("\"'\\#$ {}@!:1e-.ab한\t()")
    for language in [Language.python, .yaml, .json, .shell] {
      var syntax = SyntaxColours(language)
      for _ in 0..<2000 {
        let line = String(
          (0..<(random.next() % 12)).map { _ in parts[Int(random.next() % UInt64(parts.count))] }
        )
        for span in syntax.next(line) {
          #expect(span.range.lowerBound >= 0 && span.range.upperBound <= line.count)
        }
      }
    }
  }

  @Test func `the text is drawn with numbers, marks and wide characters`() {
    var buffer = TextBuffer("name: 한국어\n\tx: 1\nend\u{1B}[2J\n", language: .yaml)
    buffer.move(to: .init(line: 0, column: 8))
    let drawing = TextDrawing(viewport: TextViewport(), diagnostics: [1: "unknown key"])
    var screen = Screen(size: Size(width: 32, height: 4))
    drawing.draw(buffer, on: &screen, in: screen.bounds)
    #expect(
      screen.text == """
           1 name: 한국어
        ●  2     x: 1  ← unknown key
           3 end␛[2J

        """
    )
    #expect(screen.cursor == Point(x: 15, y: 0))
    #expect(screen[5, 0].style == Style(.keyword))
    #expect(
      drawing.position(at: Point(x: 14, y: 0), of: buffer, in: screen.bounds)
        == .init(line: 0, column: 7)
    )
  }

  @Test func `a long line scrolls, and half a wide character is blank`() {
    var buffer = TextBuffer("가나다라마바사아자차카타파하")
    buffer.move(.lineEnd)
    let rect = Rect(x: 0, y: 0, width: 18, height: 1)
    var viewport = TextViewport()
    viewport.fit(buffer, in: rect)
    var screen = Screen(size: rect.size)
    TextDrawing(viewport: viewport).draw(buffer, on: &screen, in: rect)
    #expect(screen.text == "   1 ‹카타파하")
    #expect(screen.cursor == Point(x: 14, y: 0))
  }

  @Test(arguments: [
    ("0123456789", "   1 0123456789"), ("0123456789abc", "   1 012345678›"),
    ("012345678한", "   1 012345678›"), ("01234567한", "   1 01234567한"),
  ])
  func `a line that goes on behind the edge has a mark there`(_ line: String, _ drawn: String) {
    let buffer = TextBuffer(line)
    var screen = Screen(size: Size(width: 15, height: 1))
    TextDrawing(viewport: TextViewport()).draw(buffer, on: &screen, in: screen.bounds)
    #expect(screen.text == drawn)
  }

  @Test func `a message that has no room is left to the mark`() {
    let buffer = TextBuffer("0123456789\n01234567890123456789")
    var screen = Screen(size: Size(width: 36, height: 2))
    let messages: [Int: SafeText] = [0: "it failed here", 1: "it failed here"]
    TextDrawing(viewport: TextViewport(), diagnostics: messages)
      .draw(buffer, on: &screen, in: screen.bounds)
    #expect(screen.text == "●  1 0123456789  ← it failed here\n●  2 01234567890123456789")
  }

  @Test(
    arguments: [
      (["a", "f", "b"], ["new", "a", "f", "b"], 2), (["a", "f", "b"], ["f", "b"], 0),
      (["a", "f", "b"], ["a", "f", "x"], 1), (["a", "f", "b"], ["a", "f!", "b"], nil),
      (["a", "f", "b"], ["x", "y", "f", "z"], 2), (["a", "f", "b"], [""], nil),
      (["a", "f", "b"], ["a", "", "f", "b"], 2), (["a", "  ", "b"], ["x", "  ", "y"], nil),
    ] as [([String], [String], Int?)]
  )
  func `a line's mark moves with it and goes when it is edited`(
    _ old: [String],
    _ new: [String],
    _ mark: Int?
  ) {
    #expect(movedMark(1, from: old, to: new) == mark)
  }

  @Test func `a selection shows its line breaks`() {
    var buffer = TextBuffer("ab\n\ncd")
    buffer.selectAll()
    var screen = Screen(size: Size(width: 12, height: 3))
    TextDrawing(viewport: TextViewport()).draw(buffer, on: &screen, in: screen.bounds)
    let selected = (0..<3).map { y in (0..<12).filter { screen[$0, y].style == .selected } }
    #expect(selected == [[5, 6, 7], [5], [5, 6]])
  }

  @Test(arguments: [(0, 0), (1, 1), (3, 1), (5, 2), (6, 1)])
  func `the smallest rectangles do no harm`(_ width: Int, _ height: Int) {
    var buffer = TextBuffer("한국어\nabc", language: .python)
    buffer.move(.fileEnd)
    var screen = Screen(size: Size(width: 8, height: 3))
    let rect = Rect(x: 1, y: 1, width: width, height: height)
    var viewport = TextViewport()
    viewport.fit(buffer, in: rect)
    TextDrawing(viewport: viewport, diagnostics: [1: "x"]).draw(buffer, on: &screen, in: rect)
    #expect(screen.lines[0] == "        ")
  }
}

private struct SystemSeed {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = Substring(self)
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
