import Terminal
import Testing

struct SafeTextTests {
  @Test(arguments: [
    ("layer/encoder.0/weight", 11, "layer…eight"), ("short", 5, "short"), ("longer", 5, "lo…er"),
    ("작은학습률값", 7, "작…률값"), ("abcdef", 2, "a…"), ("abcdef", 0, ""), ("abcd", 3, "a…d"),
  ])
  func `a name is shortened in its middle`(_ text: String, _ width: Int, _ short: String) {
    let told = SafeText(hostile: text).shortened(to: width)
    #expect(told.string == short)
    #expect(told.width <= width)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let given: String
    let shown: String
    var testDescription: String { shown }
  }

  @Test(arguments: [
    Case(given: "plain text", shown: "plain text"),
    Case(given: "a\u{1B}[31mred", shown: "a␛[31mred"),
    Case(given: "\u{1B}]0;title\u{07}", shown: "␛]0;title␇"),
    Case(given: "nul\0bel\u{07}del\u{7F}", shown: "nul␀bel␇del␡"),
    Case(given: "c1\u{9B}31m\u{90}", shown: "c1�31m�"),
    Case(given: "a\tb", shown: "a       b"),
    Case(given: "a\nb\r\nc\rd\u{2028}e", shown: "a⏎b⏎c⏎d⏎e"),
    Case(given: "abc\u{202E}dcb\u{2066}x\u{2069}", shown: "abc�dcb�x�"),
    Case(given: "a\u{200E}b\u{200F}", shown: "a�b�"),
    Case(given: "a\u{200B}b\u{FEFF}c\u{AD}d\u{E0041}", shown: "abcd"),
    Case(given: "\u{E000}\u{F8FF}\u{10FFFF}", shown: "���"),
    Case(given: "\u{301}e\u{301}", shown: "◌\u{301}e\u{301}"),
    Case(
      given: "z" + String(repeating: "\u{300}", count: 40),
      shown: "z\u{300}\u{300}\u{300}\u{300}"
    ),
    Case(given: "한국어 作者 René", shown: "한국어 作者 René"),
    Case(given: "👨\u{200D}👩\u{200D}👧 ❤\u{FE0F}", shown: "👨\u{200D}👩\u{200D}👧 ❤\u{FE0F}"),
    Case(given: "a\u{200D}b", shown: "ab"),
  ])
  func `hostile text becomes harmless`(_ sample: Case) {
    #expect(SafeText(hostile: sample.given).string == sample.shown)
  }

  @Test func `raw C1 bytes and broken UTF-8 are replaced`() {
    let text = String(decoding: [0x61, 0x9B, 0x33, 0xFF, 0xC3], as: UTF8.self)
    #expect(SafeText(hostile: text).string == "a�3��")
  }

  @Test func `interpolated strings are hostile, literals and numbers are not`() {
    let name = "\u{1B}[2J"
    #expect(("run \(name) \(7)" as SafeText).string == "run ␛[2J 7")
  }

  @Test func `ten megabytes are cut at the limit at once`() {
    let long = String(repeating: "한", count: 3_000_000)
    let text = SafeText(hostile: long, limit: 10)
    #expect(text.string == "한한한한한한한한한…")
    let hidden = String(repeating: "\u{200B}", count: 3_000_000) + "seen"
    #expect(SafeText(hostile: hidden, limit: 10).string.unicodeScalars.count <= 10)
  }

  @Test func `whatever bytes come, nothing that moves a cursor is left`() {
    var random = SeededGenerator(seed: 7)
    let nasty: [UInt8] = [
      0x1B, 0x5B, 0x9B, 0xC2, 0x9D, 0xE2, 0x80, 0xAE, 0x0D, 0x08, 0x00, 0xF3, 0xA0,
    ]
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        Bool.random(using: &random)
          ? nasty.randomElement(using: &random) ?? 0 : UInt8.random(in: 0...255, using: &random)
      }
      let text = String(decoding: bytes, as: UTF8.self)
      for safe in [SafeText(hostile: text), StyledText(log: text).plain] {
        let bad = safe.string.unicodeScalars.filter {
          $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) || $0.properties.isBidiControl
        }
        #expect(bad.isEmpty)
        // Clean text stays as it is.
        #expect(SafeText(hostile: safe.string) == safe)
        // What is cut is never wider than its room.
        for width in 0..<12 {
          #expect(safe.cut(to: width).width <= width)
          #expect(safe.padded(to: width).width == width)
        }
      }
    }
  }
}

/// A small generator with a seed, so that a failure happens again (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
