import Terminal
import Testing

struct LogLineTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let given: String
    let shown: String
    var testDescription: String { shown }

    init(_ given: String, _ shown: String) { (self.given, self.shown) = (given, shown) }
  }

  @Test(arguments: [
    Case("\u{1B}]0;title\u{07}after", "after"),
    Case("\u{1B}]8;;http://x\u{1B}\\link\u{1B}]8;;\u{1B}\\ end", "link end"),
    Case("\u{1B}]52;c;aGk=\u{07}safe", "safe"),
    Case("\u{1B}P1$r0m\u{1B}\\a\u{1B}_apc\u{1B}\\b\u{1B}^pm\u{1B}\\c\u{1B}Xsos\u{1B}\\d", "abcd"),
    Case("x\u{1B}[2Jy\u{1B}[3Az\u{1B}[6n\u{1B}c!", "xyz!"),
    Case("before\u{1B}]0;never ended", "before"),
    Case("ended here\u{07} and on", "ended here and on"),
    Case("\u{9B}31mred\u{9D}0;t\u{9C}on", "redon"),
    Case("nul\0bel\u{07}", "nulbel"),
    Case("abc\u{8}\u{8}XY", "aXY"),
    Case("\u{8}\u{8}a", "a"),
    Case("first longer\rsecond", "secondlonger"),
    Case("10%|#   |\r50%|##  |\r100%|####|\r", "100%|####|"),
    Case("long text\r\u{1B}[Kshort", "short"),
    Case("long text\u{1B}[2K\rshort", "short"),
    Case("한국어\rab", "ab국어"),
    Case("한국어\rx", "x 국어"),
    Case("a\tb", "a       b"),
    Case("evil\u{202E}txt.exe", "evil�txt.exe"),
    Case("\u{1B}[38;5", ""),
    Case("\u{1B}[1;2;3 q?", "?"),
    Case("a\u{1B}", "a"),
    Case("\u{1B}(Bcharset", "charset"),
    Case("line\r", "line"),
  ])
  func `a log line cannot do anything but show`(_ sample: Case) {
    let line = StyledText(log: sample.given)
    #expect(line.plain.string == sample.shown)
  }

  @Test func `colours are kept as styles`() {
    let line = StyledText(
      log: "\u{1B}[31mfailed\u{1B}[0m \u{1B}[1;32mok\u{1B}[m \u{1B}[38;5;214mslow"
    )
    #expect(
      line.runs == [
        .init("failed", .bad), .init(" "), .init("ok", Style(.good, bold: true)), .init(" "),
        .init("slow", .warning),
      ]
    )
  }

  @Test func `true colours map to the nearest meaning, backgrounds to none`() {
    let line = StyledText(log: "\u{1B}[38;2;220;20;20mr\u{1B}[48;2;0;255;0mr\u{1B}[48;5;2;4mu")
    #expect(line.runs == [.init("rr", .bad), .init("u", Style(.bad, underline: true))])
  }

  @Test func `an OSC that is split over two reads does not come alive`() {
    #expect(StyledText(log: "a\u{1B}]52;c;").plain.string == "a")
    #expect(StyledText(log: "aGk=\u{07}b").plain.string == "aGk=b")
  }

  @Test func `bytes that are no UTF-8 show as replaced`() {
    #expect(StyledText(log: [0x61, 0xFF, 0x9B, 0x62] as [UInt8]).plain.string == "a��b")
  }

  @Test func `of ten megabytes the start shows, or the last state`() {
    let long = String(repeating: "x", count: 10_000_000)
    let line = StyledText(log: long, limit: 100)
    #expect(line.width == 100)
    #expect(line.plain.string.hasSuffix("x…"))
    let bar = String(repeating: "\r12345 of 99999", count: 700_000) + "\r99999 of 99999"
    #expect(StyledText(log: bar).plain.string == "99999 of 99999")
  }

  @Test func `styled text is cut, scrolled and wrapped over its runs`() {
    let text = StyledText([.init("red ", .bad), .init("한국 end", .good)])
    #expect(text.cut(to: 7).plain.string == "red 한…")
    #expect(text.cut(to: 4).plain.string == "red…")
    #expect(text.cut(to: 12) == text)
    #expect(text.dropping(columns: 5).plain.string == " 국 end")
    #expect(text.wrapped(to: 6).map(\.plain.string) == ["red 한", "국 end"])
    #expect(text.wordWrapped(to: 8).map(\.plain.string) == ["red 한국", "end"])
    #expect(text.wordWrapped(to: 8).last?.runs == [.init("end", .good)])
  }
}
