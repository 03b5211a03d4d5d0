import Terminal
import Testing

struct WidgetTests {
  private func drawn(_ width: Int, _ height: Int, _ draw: (inout Screen) -> Void) -> String {
    var screen = Screen(size: Size(width: width, height: height))
    draw(&screen)
    return screen.text
  }

  @Test func `a frame has its titles in its upper edge`() {
    let text = drawn(24, 3) { Frame("실행 runs", right: "3/9").draw(on: &$0, in: $0.bounds) }
    #expect(
      text == """
        ╭─ 실행 runs ──── 3/9 ─╮
        │                      │
        ╰──────────────────────╯
        """
    )
  }

  @Test func `without room the right title goes and the left one is cut`() {
    let text = drawn(14, 2) {
      Frame("a long title", right: "right", glyphs: .ascii).draw(on: &$0, in: $0.bounds)
    }
    #expect(
      text == """
        +- a long … -+
        +------------+
        """
    )
  }

  @Test(arguments: 0..<8, 0..<4)
  func `widgets in the smallest rectangles do no harm`(_ width: Int, _ height: Int) {
    var screen = Screen(size: Size(width: 8, height: 4))
    let rect = Rect(x: 0, y: 0, width: width, height: height)
    Frame("title", right: "r").draw(on: &screen, in: rect)
    table(rows: 9).draw(on: &screen, in: rect, state: ListState())
    TextField("한국어").draw(on: &screen, in: rect, focused: true)
    Choice(["a", "b"]).draw(on: &screen, in: rect, focused: true)
    Footer([.init("q", "quit")]).draw(on: &screen, in: rect)
    Dialog(title: "t", lines: [StyledText("line of text")], buttons: ["OK"]).draw(
      on: &screen,
      in: rect
    )
    Tabs(["one", "two"], selected: 1).draw(on: &screen, in: rect)
    TextBlock([StyledText("one two three")]).draw(on: &screen, in: rect)
    let outside = (0..<4).flatMap { y in (0..<8).map { Point(x: $0, y: y) } }
      .filter { !rect.contains($0) && screen[$0.x, $0.y] != .blank }
    #expect(outside.isEmpty)
  }

  private func table(rows: Int) -> Table {
    Table(
      columns: [
        .init("run", .fixed(4), priority: 2),
        .init("name", .flexible(least: 6, weight: 1), priority: 1),
        .init("loss", .fixed(6), alignment: .right),
      ],
      rows: (0..<rows).map {
        .init([StyledText("r\($0)"), StyledText("이름 \($0)"), StyledText("0.\($0)")])
      },
      empty: ["no runs yet", "L launches one"]
    )
  }

  @Test func `a table aligns its columns and shows where it is`() {
    var state = ListState(selected: 5)
    state.fit(count: 8, height: 3)
    let text = drawn(24, 4) { table(rows: 8).draw(on: &$0, in: $0.bounds, state: state) }
    #expect(
      text == """
        run  name          loss
        r3   이름 3         0.3
        r4   이름 4         0.4┃
        r5   이름 5         0.5
        """
    )
  }

  @Test func `a column of names keeps both ends of what has no room`() {
    var table = Table(
      columns: [.init("", .fixed(9)), .init("", .fixed(3))],
      rows: [.init([StyledText("layers/10/norm"), StyledText("0.123")])]
    )
    table.columns[0].keepsEnds = true
    table.showsHeader = false
    let text = drawn(13, 1) { table.draw(on: &$0, in: $0.bounds, state: ListState(selected: -1)) }
    #expect(text == "laye…norm 0.…")
  }

  @Test func `what lies on a selected row is none of the colours that recede`() {
    #expect(
      Color.allCases.filter(\.isFaded) == [.faded1, .faded2, .faded3, .faded4, .faded5, .faded6]
    )
  }

  @Test func `the bars of a selected row are no holes in it`() {
    let table = Table(columns: [.init("", .fixed(3))], rows: [.init([StyledText("a▂█")])])
    var screen = Screen(size: Size(width: 3, height: 2))
    table.draw(on: &screen, in: screen.bounds, state: ListState())
    #expect(screen[0, 1].style == .selected)
    #expect((1...2).allSatisfy { screen[$0, 1].style == Style(.onSelection) })
  }

  @Test func `a narrow table loses its least important column`() {
    let text = drawn(13, 2) { table(rows: 1).draw(on: &$0, in: $0.bounds, state: ListState()) }
    #expect(text == "run  name\nr0   이름 0")
  }

  @Test func `an empty table says so in its middle`() {
    let text = drawn(20, 4) { table(rows: 0).draw(on: &$0, in: $0.bounds, state: ListState()) }
    #expect(text == "run  name       loss\n    no runs yet\n   L launches one\n")
  }

  @Test func `a list keeps its selection in view`() {
    var list = ListState()
    for _ in 0..<7 { list.move(by: 1, count: 20, height: 5) }
    #expect(list.selected == 7 && list.offset == 3)
    list.scroll(by: 3, count: 20, height: 5)
    #expect(list.selected == 7 && list.offset == 6)
    list.scroll(by: 30, count: 20, height: 5)
    #expect(list.selected == 15 && list.offset == 15)
    let taken = list.handle(.home, count: 20, height: 5)
    #expect(taken && list.selected == 0 && list.offset == 0)
    let rect = Rect(x: 2, y: 1, width: 10, height: 5)
    #expect(list.index(at: Point(x: 3, y: 4), in: rect, count: 20) == 3)
    #expect(list.index(at: Point(x: 3, y: 4), in: rect, count: 2) == nil)
    list.fit(count: 0, height: 5)
    #expect(list.visible(count: 0, height: 5).isEmpty)
  }

  @Test func `a field is edited, scrolls and shows its cursor`() {
    var field = TextField("learning rate")
    for key in [Key.control("w"), Key("한"), Key("글"), .home, Key(.right, control: true), .delete] {
      let taken = field.handle(key)
      #expect(taken)
    }
    #expect(field.text == "learning한글")
    #expect(field.cursor == 8)
    field.set("0123456789")
    var screen = Screen(size: Size(width: 6, height: 1))
    field.draw(on: &screen, in: screen.bounds, focused: true)
    #expect(screen.text == "56789")
    #expect(screen.cursor == Point(x: 5, y: 0))
    field.insert("a\nb\u{1B}")
    #expect(field.text == "0123456789a b")
    let enter = field.handle(.enter)
    #expect(!enter)
  }

  @Test func `a mark joins the letter before it`() {
    var field = TextField("e")
    field.insert("\u{301}")
    #expect(field.cursor == 1)
    field.insert("x")
    #expect(field.text == "e\u{301}x")
  }

  @Test func `a masked field shows no letter`() {
    let text = drawn(8, 1) {
      TextField("한bc", isMasked: true).draw(on: &$0, in: $0.bounds, focused: false)
    }
    #expect(text == "•••")
  }

  @Test func `the footer drops hints from the right but keeps the last`() {
    let footer = Footer([.init("Enter", "open"), .init("s", "stop"), .init("?", "keys")])
    var screen = Screen(size: Size(width: 22, height: 1))
    let places = footer.draw(on: &screen, in: screen.bounds, keeping: 1)
    #expect(screen.text == " Enter open  ? keys")
    #expect(places[0] == Rect(x: 1, y: 0, width: 10, height: 1))
    #expect(places[1] == nil)
  }

  @Test func `a dialog stands in the middle with its buttons`() {
    var dialog = Dialog(
      title: "Stop r3?",
      lines: [StyledText("Its steps end now; what finished is kept.")],
      buttons: ["Stop", "Back"]
    )
    let taken = dialog.handle(.right)
    #expect(taken && dialog.selected == 1)
    let text = drawn(40, 7) { dialog.draw(on: &$0, in: $0.bounds) }
    #expect(
      text == """
        ╭─ Stop r3? ───────────────────────────╮
        │ Its steps end now; what finished is  │
        │ kept.                                │
        │                                      │
        │          [ Stop ]  [ Back ]          │
        ╰──────────────────────────────────────╯

        """
    )
  }

  @Test func `choices go around and tabs keep the front one in view`() {
    var choice = Choice(["a", "b", "c"], selected: "c")
    choice.next()
    #expect(choice.value == "a")
    choice.previous()
    #expect(choice.value == "c")
    #expect(Choice([]).value == nil)
    let text = drawn(12, 1) {
      Tabs(["prepare", "train"], selected: 1).draw(on: &$0, in: $0.bounds)
    }
    #expect(text == " train")
  }

  @Test func `a fuzzy query finds what it is short for`() throws {
    #expect(FuzzyMatch("xyz", in: "Open run") == nil)
    #expect(FuzzyMatch("", in: "anything")?.score == 0)
    #expect(try #require(FuzzyMatch("or", in: "Open run")).positions == [0, 5])
    let names = ["compare runs", "chart", "copy path", "escape"]
    func best(_ query: String) -> String? {
      names.compactMap { name in FuzzyMatch(query, in: name).map { ($0.score, name) } }
        .max { $0.0 < $1.0 }?.1
    }
    #expect(best("cp") == "copy path")
    #expect(best("ch") == "chart")
    #expect(best("cru") == "compare runs")
  }
}
