import Terminal
import Testing

struct CellWidthTests {
  @Test(
    arguments: [
      ("a", 1), ("é", 1), ("e\u{301}", 1), ("한", 2), ("\u{1112}\u{1161}\u{11AB}", 2), ("字", 2),
      ("ア", 2),
      ("ｱ", 1), ("Ａ", 2), ("👍", 2), ("👍🏽", 2), ("👨‍👩‍👧", 2), ("🇰🇷", 2), ("❤\u{FE0F}", 2), ("❤", 1),
      ("⣿", 1), ("─", 1), ("█", 1), ("…", 1), ("\u{1F9FF}", 2), ("\u{20000}", 2), ("⏎", 1),
      ("￥", 2),
    ] as [(Character, Int)]
  )
  func `a character takes its cells`(_ character: Character, _ width: Int) {
    #expect(character.cellWidth == width)
  }

  @Test func `text is cut at cells, never through a wide character`() {
    let text: SafeText = "한국어 text"
    #expect(text.cut(to: 11) == text)
    #expect(text.cut(to: 10).string == "한국어 te…")
    #expect(text.cut(to: 5).string == "한국…")
    #expect(text.cut(to: 4).string == "한…")
    #expect(text.cut(to: 1).string == "…")
    #expect(text.cut(to: 0).string == "")
  }

  @Test func `text is padded to its column`() {
    #expect(("한" as SafeText).padded(to: 5, .right).string == "   한")
    #expect(("ab" as SafeText).padded(to: 5, .center).string == " ab  ")
    #expect(("abcdef" as SafeText).padded(to: 3).string == "ab…")
  }

  @Test func `scrolled text starts with a blank where a wide character is halved`() {
    #expect(("한국" as SafeText).dropping(columns: 1).string == " 국")
    #expect(("한국" as SafeText).dropping(columns: 2).string == "국")
    #expect(("한국" as SafeText).dropping(columns: 9).string == "")
  }

  @Test func `text is wrapped at blanks, and long words anywhere`() {
    #expect(("one two three" as SafeText).wrapped(to: 8).map(\.string) == ["one two", "three"])
    #expect(("abcdefghij k" as SafeText).wrapped(to: 4).map(\.string) == ["abcd", "efgh", "ij k"])
    #expect(("한국어" as SafeText).wrapped(to: 5).map(\.string) == ["한국", "어"])
    #expect(("  if one two" as SafeText).wrapped(to: 8).map(\.string) == ["  if one", "two"])
    #expect(("" as SafeText).wrapped(to: 5).map(\.string) == [""])
  }

  @Test func `half of a wide character is never left on a screen`() {
    var screen = Screen(size: Size(width: 6, height: 1))
    screen.write("한국어", x: 0, y: 0)
    screen.write("x", x: 3, y: 0)
    #expect(screen.lines == ["한 x어"])
    screen.write("글", x: 1, y: 0)
    #expect(screen.lines == [" 글x어"])
  }
}
