import Terminal
import Testing

struct InputParserTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let bytes: String
    let events: [TerminalEvent]
    var testDescription: String { bytes.debugDescription }

    init(_ bytes: String, _ events: TerminalEvent...) {
      (self.bytes, self.events) = (bytes, events)
    }
    init(_ bytes: String, _ keys: Key...) { (self.bytes, events) = (bytes, keys.map { .key($0) }) }
  }

  static let cases = [
    Case("aB", Key("a"), Key("B")),
    Case("한글", Key("한"), Key("글")),
    Case("e\u{301}", Key("e\u{301}")),
    Case("\r\t\u{7F}\u{8}", Key.enter, .tab, .backspace, .backspace),
    Case("\u{1}\u{1A}\0\u{1D}", Key.control("a"), .control("z"), .control(" "), .control("]")),
    Case("\u{1B}[A\u{1B}OB\u{1B}[H\u{1B}[4~", Key.up, .down, .home, .end),
    Case("\u{1B}[1;5C\u{1B}[3;3~", Key(.right, control: true), Key(.delete, alt: true)),
    Case("\u{1B}[Z\u{1B}[5~\u{1B}[6~", Key.backTab, .pageUp, .pageDown),
    Case(
      "\u{1B}OP\u{1B}[15~\u{1B}[24~\u{1B}[[C",
      Key(.function(1)),
      Key(.function(5)),
      Key(.function(12)),
      Key(.function(3))
    ),
    Case("\u{1B}x\u{1B}é", Key(.character("x"), alt: true), Key(.character("é"), alt: true)),
    Case("\u{1B}[97;5u\u{1B}[13;2u", Key.control("a"), Key(.enter, shift: true)),
    Case("\u{1B}[27;5;109~", Key.control("m")),
    Case("\u{1B}\u{1B}[A", Key.escape, .up),
    Case("\u{1B}[<0;5;3M", .mouse(Mouse(.press(.left), at: Point(x: 4, y: 2)))),
    Case("\u{1B}[<0;5;3m", .mouse(Mouse(.release, at: Point(x: 4, y: 2)))),
    Case("\u{1B}[<2;300;100M", .mouse(Mouse(.press(.right), at: Point(x: 299, y: 99)))),
    Case("\u{1B}[<35;6;3M", .mouse(Mouse(.move, at: Point(x: 5, y: 2)))),
    Case("\u{1B}[<32;6;3M", .mouse(Mouse(.drag, at: Point(x: 5, y: 2)))),
    Case(
      "\u{1B}[<64;1;1M\u{1B}[<65;1;1M",
      .mouse(Mouse(.wheelUp, at: Point(x: 0, y: 0))),
      .mouse(Mouse(.wheelDown, at: Point(x: 0, y: 0)))
    ),
    Case("\u{1B}[M !!", .mouse(Mouse(.press(.left), at: Point(x: 0, y: 0)))),
    Case("\u{1B}[I\u{1B}[O", .focus(true), .focus(false)),
    Case("\u{1B}[200~a\r\nb\rc\u{1B}[31m\u{1B}[201~x", .paste("a\nb\nc\u{1B}[31m"), .key(Key("x"))),
    Case("\u{1B}]52;c;aGk=\u{07}a\u{1B}]11;rgb:0/0/0\u{1B}\\b", Key("a"), Key("b")),
    Case("\u{1B}[?62;c\u{1B}[999q\u{1B}[<1Ma", Key("a")),
    Case("\u{9B}a", Key("a")),
  ]

  @Test(arguments: cases)
  func `bytes become events`(_ sample: Case) {
    var parser = InputParser()
    #expect(parser.feed(sample.bytes.utf8) == sample.events)
    #expect(!parser.isWaiting)
  }

  @Test(arguments: cases)
  func `bytes may be split anywhere`(_ sample: Case) {
    // A mark that comes by itself is a key by itself: only there the split shows.
    guard sample.bytes != "e\u{301}" else { return }
    var parser = InputParser()
    var events: [TerminalEvent] = []
    for byte in sample.bytes.utf8 { events += parser.feed([byte]) }
    #expect(events == sample.events)
  }

  @Test func `of moves and drags that nobody has looked at only the last is left`() {
    let move = { (x: Int) in TerminalEvent.mouse(Mouse(.move, at: Point(x: x, y: 1))) }
    let drag = { (x: Int) in TerminalEvent.mouse(Mouse(.drag, at: Point(x: x, y: 1))) }
    let press = TerminalEvent.mouse(Mouse(.press(.left), at: Point(x: 3, y: 1)))
    let key = TerminalEvent.key(.enter)
    let events = [move(1), move(2), move(3), press, drag(4), drag(5), key, move(6), key, key]
    #expect(events.coalescingMoves == [move(3), press, drag(5), key, move(6), key, key])
    #expect([TerminalEvent]().coalescingMoves.isEmpty)
  }

  @Test func `a lone ESC is a key once nothing follows`() {
    var parser = InputParser()
    #expect(parser.feed([0x1B]) == [])
    #expect(parser.isWaiting)
    #expect(parser.timeout() == [.key(.escape)])
    #expect(!parser.isWaiting)
    #expect(parser.feed([0x1B, 0x5B]) == [])
    #expect(parser.timeout() == [.key(Key(.character("["), alt: true))])
    #expect(parser.feed("[A".utf8) == [.key(Key("[")), .key(Key("A"))])
  }

  @Test func `broken UTF-8 is left out and what follows is kept`() {
    var parser = InputParser()
    #expect(parser.feed([0xED, 0x95, 0x61, 0xFF, 0x62]) == [.key(Key("a")), .key(Key("b"))])
    #expect(parser.feed([0xED, 0x95]) == [])
    #expect(parser.timeout() == [])
    #expect(parser.feed([0x63]) == [.key(Key("c"))])
  }

  @Test func `a paste waits for its end without a time-out`() {
    var parser = InputParser()
    #expect(parser.feed("\u{1B}[200~one \u{1B}[20".utf8) == [])
    #expect(!parser.isWaiting)
    #expect(parser.feed("1~".utf8) == [.paste("one ")])
  }

  @Test func `random bytes never stop the parser and never make a control key of a character`() {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<500 {
      var parser = InputParser()
      let bytes = (0..<200).map { _ in
        Bool.random(using: &random)
          ? Array("\u{1B}[<;M0123~O]P".utf8).randomElement(using: &random) ?? 0
          : UInt8.random(in: 0...255, using: &random)
      }
      for event in parser.feed(bytes) + parser.timeout() {
        guard case .key(let key) = event, case .character(let character) = key.code else {
          continue
        }
        let controls = character.unicodeScalars.contains {
          $0.value < 0x20 || (0x7F..<0xA0).contains($0.value)
        }
        #expect(!controls)
      }
    }
  }

  @Test func `clicks are counted at one cell within 400 ms`() {
    var counter = ClickCounter()
    let press = Mouse(.press(.left), at: Point(x: 1, y: 1))
    #expect(counter.count(press, milliseconds: 0).clicks == 1)
    #expect(counter.count(Mouse(.release, at: press.at), milliseconds: 50).clicks == 1)
    #expect(counter.count(press, milliseconds: 300).clicks == 2)
    #expect(counter.count(press, milliseconds: 600).clicks == 3)
    #expect(counter.count(press, milliseconds: 1100).clicks == 1)
    let other = Mouse(.press(.left), at: Point(x: 2, y: 1))
    #expect(counter.count(other, milliseconds: 1101).clicks == 1)
  }
}
