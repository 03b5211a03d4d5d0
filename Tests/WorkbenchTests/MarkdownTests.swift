import Terminal
import Testing

@testable import Workbench

struct MarkdownTests {
  private func page(_ text: String, _ width: Int = 34) -> String {
    Markdown.lines(text, width: width).map(\.plain.string).joined(separator: "\n")
  }

  @Test func `a table keeps its columns, and its last one is wrapped`() {
    let text = """
      | step | what it does |
      |---|---|
      | `prepare` | splits the flowers into three parts |
      | `train` | one layer |
      """
    #expect(
      page(text) == """
        step     what it does
        prepare  splits the flowers into
                 three parts
        train    one layer
        """
    )
  }

  @Test func `lists hang, headings and code stand out, links are their text`() {
    let text = """
      # A title

      - one thing that is longer than
        the line has room for
      2. the second
      See [the page](docs/a.md) and `code_x`, **now**.

      ```
      lathe up starter
      ```
      """
    #expect(
      page(text) == """
        A title

        • one thing that is longer than
          the line has room for
        2. the second See the page and
           code_x, now.

            lathe up starter
        """
    )
  }

  @Test(arguments: [
    "|", "| |", "||||||||||||||", "`", "**", "[](", "```", "|a\n||b|c|", "\u{1b}[2J",
  ])
  func `odd text does no harm`(_ text: String) {
    for width in [0, 1, 8, 200] {
      for line in Markdown.lines(text, width: width) {
        #expect(line.width <= max(8, width))
        #expect(!line.plain.string.contains("\u{1b}"))
      }
    }
  }
}
