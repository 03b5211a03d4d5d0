import Testing

@testable import Terminal

struct ScreenTests {
  @Test(arguments: 0..<40)
  func `what is filled is seen in all of the rectangle, whatever was drawn before`(_ seed: UInt64) {
    var dice = Dice(state: seed)
    var screen = Screen(size: Size(width: 14, height: 6))
    let texts: [SafeText] = ["loss", "漢字", "é", " "]
    let fills = [Cell.blank, Cell("~", .bad), Cell(" ", .selected)]
    for _ in 0..<30 {
      let at = Point(x: dice.next(16) - 1, y: dice.next(8) - 1)
      let rect = Rect(x: at.x, y: at.y, width: dice.next(8), height: dice.next(4))
      switch dice.next(4) {
      case 0: screen[at.x, at.y] = Cell("#", .accent)
      case 1: screen.write(texts[dice.next(4)], x: at.x, y: at.y, style: .dim)
      case 2: screen.restyle(rect) { $0.underline = true }
      default:
        let cell = fills[dice.next(3)]
        screen.fill(rect, cell)
        let area = rect.intersection(screen.bounds)
        for y in area.y..<max(area.y, area.maxY) {
          for x in area.x..<max(area.x, area.maxX) { #expect(screen[x, y] == cell) }
        }
      }
    }
    screen.fill(screen.bounds)
    #expect(screen == Screen(size: screen.size))
  }

  @Test func `widths are those of the characters, one by one`() {
    let texts: [SafeText] = ["", "loss 0.5~", "├─ é", "漢字", "a\u{301}b", "⡇⣿", "👩‍👩‍👧"]
    for text in texts {
      #expect(text.width == text.string.map(\.cellWidth).reduce(0, +), "\(text)")
    }
    #expect(texts.map(\.width) == [0, 9, 4, 4, 2, 2, 2])
  }
}

private struct Dice {
  var state: UInt64

  mutating func next(_ sides: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(sides))
  }
}
