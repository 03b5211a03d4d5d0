import Pipelines
import Testing

struct PatternTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let pattern: String
    let text: String
    /// The match and its groups in bytes; empty for no match.
    let ranges: [Range<Int>?]

    init(_ pattern: String, _ text: String, _ ranges: [Range<Int>?]) {
      self.pattern = pattern
      self.text = text
      self.ranges = ranges
    }

    var testDescription: String { "\(pattern) on \(text)" }
  }

  /// What Python's `re.search` answers, in bytes of UTF-8.
  static let python: [Case] = [
    Case(#"loss: ([0-9.]+)"#, "epoch 3 loss: 0.25 acc 1", [8..<18, 14..<18]),
    Case(#"Train_acc=(.*?);"#, "Train_acc=0.97; Train_acc=0.98;", [0..<15, 10..<14]),
    Case(#"Train_acc=(.*);"#, "Train_acc=0.97; Train_acc=0.98;", [0..<31, 10..<30]),
    Case(
      #"(?P<step>\d+)/\d+ .*loss=(-?\d+\.?\d*(?:[eE][-+]?\d+)?)"#,
      "step 12/100 val_loss=1.5e-3",
      [5..<27, 5..<7, 21..<27]
    ),
    Case(#"a|b"#, "xxb", [2..<3]),
    Case(#"a*"#, "baa", [0..<0]),
    Case(#"a+?"#, "aaa", [0..<1]),
    Case(#"a{2,3}"#, "aaaa", [0..<3]),
    Case(#"a{2,3}?"#, "aaaa", [0..<2]),
    Case(#"a{,2}b"#, "aaab", [1..<4]),
    Case(#"a{2}"#, "a", []),
    Case(#"a{x}"#, "a{x}", [0..<4]),
    Case(#"a{"#, "a{", [0..<2]),
    Case(#"a{}"#, "a{}", [0..<3]),
    Case(#"(a|ab)(c|bcd)(d*)"#, "abcd", [0..<4, 0..<1, 1..<4, 4..<4]),
    Case(#"(ab|a)(bc)?"#, "abc", [0..<2, 0..<2, nil]),
    Case(#"^a"#, "ba", []),
    Case(#"a$"#, "ba", [1..<2]),
    Case(#"a$"#, "a\nb", []),
    Case(#"a$"#, "ba\n", [1..<2]),
    Case(#"(?m)^b$"#, "a\nb\nc", [2..<3]),
    Case(#"\Aa\Z"#, "a", [0..<1]),
    Case(#"a\Z"#, "a\n", []),
    Case(#"(?i)LOSS=(nan)"#, "loss=NaN", [0..<8, 5..<8]),
    Case(#"(?i)[a-c]+"#, "xABCx", [1..<4]),
    Case(#"(?i)straße"#, "STRAßE", [0..<7]),
    Case(#"(?s)a.b"#, "a\nb", [0..<3]),
    Case(#"a.b"#, "a\nb", []),
    Case(#"\bfoo\b"#, "xfoo foo", [5..<8]),
    Case(#"\Boo\b"#, "foo", [1..<3]),
    Case(#"[^a-z]+"#, "abc012é", [3..<8]),
    Case(#"[]a]+"#, "x]a]", [1..<4]),
    Case(#"[^]a]+"#, "]xa", [1..<2]),
    Case(#"[a\-z]+"#, "b-a", [1..<3]),
    Case(#"[a-]+"#, "b-a", [1..<3]),
    Case(#"[\d.]+"#, "v1.25", [1..<5]),
    Case(#"[\w]+"#, "  한글_1!", [2..<10]),
    Case(#"\w+"#, "éa", [0..<3]),
    Case(#"\d+"#, "x٣٤", [1..<5]),
    Case(#"\s+"#, "a\u{2003}b", [1..<4]),
    Case(#"\S+"#, "  x y", [2..<3]),
    Case(#"(?a)\w+"#, "éa", [2..<3]),
    Case(#"é+"#, "caféé", [3..<7]),
    Case(#"[à-ü]+"#, "xéöy", [1..<5]),
    Case(#".{3}"#, "aé한x", [0..<6]),
    Case(#"\x41\u0042\t"#, "AB\t", [0..<3]),
    Case(#"[\x41-\x43]+"#, "xABCD", [1..<4]),
    Case(#"\.\*\\"#, ".*\\", [0..<3]),
    Case(#"(?:a|b)+c"#, "ababc", [0..<5]),
    Case(#"((a)|b)+"#, "ab", [0..<2, 1..<2, 0..<1]),
    Case(#"(a*)*"#, "b", [0..<0, 0..<0]),
    Case(#"(a*)+"#, "b", [0..<0, 0..<0]),
    Case(#"(?:)"#, "x", [0..<0]),
    Case(#"(x)?(y)?"#, "y", [0..<1, nil, 0..<1]),
    Case(#"(x?)(y?)"#, "y", [0..<1, 0..<0, 0..<1]),
    Case(#"(a+)(b+)?c"#, "aac", [0..<3, 0..<2, nil]),
    Case(#"(?<name>z)"#, "xz", [1..<2, 1..<2]),
    Case(
      #"val(?:idation)?_loss[:=]\s*([-+\d.eE]+|nan|inf)"#,
      "validation_loss = nope val_loss: nan",
      [23..<36, 33..<36]
    ),
    Case(#"(foo|foobar)(bar)?$"#, "foobar", [0..<6, 0..<3, 3..<6]),
    Case(#"(?:(?i:A)b)+"#, "abAb", [0..<4]),
    Case(#"(?i:a)B"#, "ab", []),
    Case(#"(?#note)a"#, "a", [0..<1]),
    Case(#"\101"#, "A", [0..<1]),
    Case(#"\0"#, "a\0", [1..<2]),
    Case(#"[[]a"#, "[a", [0..<2]),
    Case(#"(a)|(b)"#, "b", [0..<1, nil, 0..<1]),
    Case(#"(|a)+"#, "aa", [0..<0, 0..<0]),
    Case(#"x*?y"#, "xxy", [0..<3]),
    Case(#"(\d+)%"#, "  5% 10%", [2..<4, 2..<3]),
  ]

  @Test(arguments: python)
  func `a pattern finds what Python finds`(_ test: Case) throws {
    let pattern = try Pattern(test.pattern)
    let match = pattern.firstMatch(in: test.text)
    let found = match.map { match in (0...pattern.groupCount).map { match[$0] } } ?? []
    #expect(found == test.ranges)
  }

  @Test func `a group is found by its name`() throws {
    let pattern = try Pattern(#"step (?P<step>\d+).*loss=(?<value>\S+)"#)
    let line = Array("step 7 loss=0.5".utf8)
    let match = try #require(pattern.firstMatch(in: line))
    #expect(match["step"].map { line[$0].elementsEqual("7".utf8) } == true)
    #expect(match["value"].map { line[$0].elementsEqual("0.5".utf8) } == true)
    #expect(match["other"] == nil)
    #expect(match[3] == nil)
    #expect(pattern.groupNames == ["step": 1, "value": 2])
  }

  struct Refusal: CustomTestStringConvertible, Sendable {
    let pattern: String
    let offset: Int
    let word: String
    var testDescription: String { pattern }
  }

  static let refusals: [Refusal] = [
    Refusal(pattern: "a(?=b)", offset: 1, word: "look-around"),
    Refusal(pattern: "a(?!b)", offset: 1, word: "look-around"),
    Refusal(pattern: "é(?<=b)", offset: 1, word: "look-around"),
    Refusal(pattern: "(?<!b)", offset: 0, word: "look-around"),
    Refusal(pattern: #"(a)\1"#, offset: 3, word: "back-reference"),
    Refusal(pattern: "(?P<n>a)(?P=n)", offset: 8, word: "back-reference"),
    Refusal(pattern: "(?>a)", offset: 0, word: "atomic"),
    Refusal(pattern: "a*+", offset: 2, word: "possessive"),
    Refusal(pattern: "a**", offset: 2, word: "repeated"),
    Refusal(pattern: "*a", offset: 0, word: "nothing to repeat"),
    Refusal(pattern: "^*", offset: 1, word: "nothing to repeat"),
    Refusal(pattern: "x(a", offset: 1, word: "closing )"),
    Refusal(pattern: "a)", offset: 1, word: "closes no group"),
    Refusal(pattern: "x[a", offset: 1, word: "closing ]"),
    Refusal(pattern: "[b-a]", offset: 1, word: "range"),
    Refusal(pattern: #"a\q"#, offset: 1, word: "escape"),
    Refusal(pattern: #"a\"#, offset: 1, word: "backslash"),
    Refusal(pattern: #"\uD800"#, offset: 0, word: "hexadecimal"),
    Refusal(pattern: "a{3,2}", offset: 1, word: "least"),
    Refusal(pattern: "a{99999999999999999999}", offset: 2, word: "20000"),
    Refusal(pattern: "(?P<1>a)", offset: 4, word: "name"),
    Refusal(pattern: "(?P<n>a)(?P<n>b)", offset: 12, word: "twice"),
    Refusal(pattern: "a(?i)b", offset: 1, word: "start"),
    Refusal(pattern: "(?x)a", offset: 0, word: "kind"),
    Refusal(pattern: "((a{1000}){1000}){1000}", offset: 0, word: "20000"),
    Refusal(pattern: "(?:(?:(?:){9999}){9999}){9999}", offset: 0, word: "20000"),
    Refusal(
      pattern: String(repeating: "(?:", count: 60) + String(repeating: ")", count: 60),
      offset: 150,
      word: "nested"
    ),
    Refusal(pattern: String(repeating: "a", count: 501), offset: 500, word: "500"),
    Refusal(pattern: String(repeating: "()", count: 101), offset: 200, word: "100 groups"),
  ]

  @Test(arguments: refusals)
  func `what has no linear search is refused where it stands`(_ test: Refusal) throws {
    let error = try #require(throws: PatternError.self) { try Pattern(test.pattern) }
    #expect(error.offset == test.offset)
    #expect(error.message.contains(test.word))
  }

  @Test(arguments: ["(a*)*b", "(a|a)*b", "(?:a?){20}a{20}b", "(.*)(.*)(.*)b$", "(x+x+)+y|b"])
  func `a pathological pattern takes steps in proportion to the line`(_ source: String) throws {
    let pattern = try Pattern(source)
    func steps(_ count: Int) -> Int {
      // The last b passes the filter for a needed literal; the line break keeps it from matching.
      let line = Array(repeating: UInt8(ascii: "a"), count: count) + Array("\nB b\n\n".utf8)
      return line.withUnsafeBufferPointer { pattern.cost(of: $0).steps }
    }
    let (one, two) = (steps(500), steps(1000))
    #expect(one > 0)
    #expect(two <= 2 * one + 1000)
  }

  @Test func `a line without a needed text costs no step`() throws {
    let pattern = try Pattern(#".*validation: (\d+)"#)
    let line = Array("epoch 3 training: 7".utf8)
    #expect(line.withUnsafeBufferPointer { pattern.cost(of: $0).steps } == 0)
    #expect([UInt8]().withUnsafeBufferPointer { pattern.cost(of: $0).steps } == 0)
  }

  @Test func `bytes that are no UTF-8 are passed over`() throws {
    let line: [UInt8] = [0xFF, 0xC3, 0x28, 0xE2, 0x82] + Array("loss=1".utf8) + [0xF0, 0x9F]
    let match = try #require(try Pattern(#"loss=(\d)"#).firstMatch(in: line))
    #expect(match[1] == 10..<11)
    #expect(try Pattern("^.{4}.loss").firstMatch(in: line)?.range == 0..<9)
    #expect(try Pattern(#"[^\w(]+$"#).firstMatch(in: line)?.range == 11..<13)
  }

  @Test func `only the first 64 KiB of a line are searched`() throws {
    let pattern = try Pattern("b")
    let room = Array(repeating: UInt8(ascii: "a"), count: 65_535)
    let b = UInt8(ascii: "b")
    #expect(pattern.firstMatch(in: room + [b])?.range == 65_535..<65_536)
    #expect(pattern.firstMatch(in: room + [0x61, b]) == nil)
  }
}
