import Commands
import Documents
import Foundation
import Pipelines
import Terminal
import Testing

struct OutputTests {
  @Test func `a time of day is the reader's, and of times without a day there is none`() throws {
    let zone = try #require(TimeZone(secondsFromGMT: 19_800))
    func text(_ seconds: Double) -> String {
      clockText(Date(timeIntervalSince1970: seconds), in: zone)
    }
    #expect(text(0) == "05:30:00")
    #expect(text(1_772_361_731.9) == "16:12:11")
    #expect(text(-0.5) == "05:29:59")
    #expect(text(-19_801) == "23:59:59")
    for seconds in [1e291, -1e291, 1e20, .infinity, -.infinity, .nan] {
      #expect(text(seconds) == "--:--:--")
    }
  }

  @Test func `an error is three lines`() {
    let error = Explanation(
      what: "Step 'evaluate' runs after 'trian'.",
      why: "No step of that name.\nThere are two.",
      next: "Correct line 14."
    )
    #expect(
      ErrorReport.lines(for: error).plain == """
        error: Step 'evaluate' runs after 'trian'.
          why: No step of that name.
               There are two.
         next: Correct line 14.

        """
    )
  }

  @Test func `parameters that are refused are to be corrected, not to be given again`() {
    let faults: [InvalidParameters.Fault] = [
      .init(parameter: "lr", message: "Parameter 'lr' is '11', more than its maximum 10."),
      .init(parameter: "epohcs", message: "No 'epohcs'.", hint: "Did you mean 'epochs'?"),
    ]
    #expect(InvalidParameters([faults[0]]).next == "Correct 'lr'.")
    #expect(InvalidParameters(faults).next == "Correct 'lr'.\nDid you mean 'epochs'?")
  }

  @Test
  func `of very many findings the first ones are printed, with what there is to choose from once`()
  {
    let findings = (1...25).map {
      Diagnostic(at: .init(line: $0, column: 1), "No key \($0).", hint: "There are: a, b.")
    }
    let lines = ErrorReport.findings(findings, file: "p", source: nil).map(\.plain)
    #expect(lines.count == 11 && lines[0] == "p:1:1: error: No key 1. There are: a, b.")
    #expect(lines[9] == "p:10:1: error: No key 10." && lines[10] == "and 15 more errors")
  }

  @Test func `a line is broken between words, the later ones set in`() {
    let line = Line("r2 digits in lab  ", .bold) + Line("code edited, 一二三")
    #expect(
      line.broken(to: 20).map(\.plain) == ["r2 digits in lab ", "    code edited,", "    一二三"]
    )
    #expect(line.broken(to: 40) == [line] || line.width > 40)
    let word = Line(SafeText(hostile: String(repeating: "x", count: 50)))
    #expect(word.broken(to: 20).map(\.width) == [20, 20, 18])
    #expect((5...60).allSatisfy { room in line.broken(to: room).allSatisfy { $0.width <= room } })
  }

  @Test func `how a command is called is no reason`() {
    let message =
      "Error: Missing expected argument '<run>'\n\nHelp:  <run>  The run.\nUsage: lathe show <run>\n  See 'lathe show --help' for more information."
    let lines = LatheCommand.usageLines(message).map(\.plain)
    #expect(
      lines == [
        "error: Missing expected argument '<run>'", "  why: Help:  <run>  The run.",
        " next: See 'lathe show --help' for more information.",
      ]
    )
  }

  @Test func `findings are printed as a compiler prints them, the caret under wide text`() {
    let error = InvalidDocument(
      file: "pipeline.yaml",
      diagnostics: [
        Diagnostic(
          at: Place(line: 2, column: 8),
          "There is no step 'trian'.",
          hint: "Did you mean 'train'?"
        ),
        Diagnostic(.warning, at: Place(line: 9, column: 1), "Unused."),
      ]
    )
    let text = ErrorReport.lines(for: error) { _ in "steps:\n- 작업: trian\n" }.plain
    #expect(
      text == """
        pipeline.yaml:2:8: error: There is no step 'trian'. Did you mean 'train'?
            2 | - 작업: trian
              |          ^
        pipeline.yaml:9:1: warning: Unused.
         next: Correct pipeline.yaml; 'lathe validate pipeline.yaml' checks it again.

        """
    )
  }

  @Test func `an error as JSON has stable keys`() {
    let error = Explanation(what: "a", why: "b", next: "c")
    #expect(ErrorReport.json(for: error) == ["error": "a", "why": "b", "next": "c"])
    let invalid = InvalidDocument(
      file: "f",
      diagnostics: [Diagnostic(at: Place(line: 1, column: 2), "m")]
    )
    #expect(ErrorReport.json(for: invalid).names == ["error", "next", "file", "findings"])
  }

  @Test func `what a hostile file says cannot reach the terminal's controls`() {
    let error = Explanation(what: "\u{1b}]52;c;eA\u{7}\u{202e}", why: "\u{9b}2J", next: "")
    for line in ErrorReport.lines(for: error) {
      #expect(line.plain.unicodeScalars.allSatisfy { $0.value >= 32 && !(127...159 ~= $0.value) })
      #expect(!line.plain.contains("\u{202e}"))
    }
    let json = JSON.string("\u{1b}[2J\u{9b}\u{202e}\u{7f}\n\"\\").text
    #expect(json == #""\u001b[2J\u009b\u202e\u007f\n\"\\""#)
  }

  @Test func `JSON keeps the order of its members and every number's digits`() throws {
    let json: JSON = [
      "b": .integer(1), "a": .array([.null, .boolean(true), .number(0.1), .number(.nan)]),
      "empty": .array([]), "none": .object([]), "time": JSON(noon),
    ]
    #expect(
      json.text == """
        {
          "b": 1,
          "a": [
            null,
            true,
            0.1,
            null
          ],
          "empty": [],
          "none": {},
          "time": "2026-03-01T14:02:11.000Z"
        }
        """
    )
    #expect(throws: Never.self) {
      try JSONSerialization.jsonObject(with: Data(json.text.utf8))
    }
  }

  @Test func `a table that does not fit cuts what may be cut and then drops by rank`() {
    let table = Table(
      [.init("run"), .init("name", least: 6), .init("when", right: true, rank: 1)],
      [[Line("r1"), Line("a very long name"), Line("3m ago")]]
    )
    #expect(
      table.lines(width: nil).plain
        == "run  name                when\nr1   a very long name  3m ago\n"
    )
    #expect(table.lines(width: 22).plain == "run  name         when\nr1   a very l…  3m ago\n")
    #expect(table.lines(width: 14).plain == "run  name\nr1   a very l…\n")
  }

  @Test func `columns without any text are left out, wide text keeps columns aligned`() {
    let table = Table(
      [.init("a"), .init("b"), .init("c")],
      [[Line("작업"), Line(), Line("x")], [Line("René"), Line(), Line("y")]]
    )
    #expect(table.lines(width: 40).plain == "a     c\n작업  x\nRené  y\n")
  }

  @Test func `colours are codes around the text and nothing where there is no style`() {
    let line = Line("ok", .good) + Line(" plain") + Line(" bold", .bold)
    #expect(line.colored == "\u{1b}[32mok\u{1b}[0m plain\u{1b}[1m bold\u{1b}[0m")
    #expect(line.plain == "ok plain bold")
  }

  @Test(arguments: [
    (0.28812, "0.2881"), (12.0, "12"), (3.1e-7, "3.1e-7"), (.nan, "nan"), (-.infinity, "-inf"),
  ])
  func `a figure has four digits`(value: Double, text: String) {
    #expect(figureText(value) == text)
  }

  @Test func `a spark keeps its extremes and leaves blanks for what is no number`() {
    #expect(sparkText([0, 0, 9, 0], width: 2) == "▁█")
    #expect(sparkText([0, .nan, 1], width: 3) == "▁ █")
    #expect(sparkText([1, 1], width: 8) == "▄▄")
    #expect(sparkText([], width: 8).isEmpty)
  }

  @Test func `the last lines of bytes end with the last line`() {
    #expect(lastLines(2, of: Array("a\nb\nc\n".utf8)) == Array("b\nc\n".utf8))
    #expect(lastLines(1, of: Array("a\nb".utf8)) == Array("b".utf8))
    #expect(lastLines(9, of: Array("a\nb\n".utf8)) == Array("a\nb\n".utf8))
    #expect(lastLines(0, of: Array("a\n".utf8)).isEmpty)
  }
}
