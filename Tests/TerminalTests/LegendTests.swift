import Terminal
import Testing

struct LegendTests {
  private func legend(_ labels: [SafeText]) -> Legend {
    Legend(labels.map { .init(sample: "━━ ", label: $0, style: .normal) })
  }

  @Test(arguments: [
    (40, "━━ r1  ━━ r2  ━━ r3  ━━ r4"), (26, "━━ r1  ━━ r2  ━━ r3  ━━ r4"),
    (25, "━━ r1  ━━ r2  +2 more"), (20, "━━ r1  +3 more"), (14, "━━ r1  +3 more"), (3, "r1"),
    (0, ""),
  ])
  func `what has no room is counted`(_ width: Int, _ text: String) {
    #expect(legend(["r1", "r2", "r3", "r4"]).text(width: width).plain.string == text)
  }

  @Test(arguments: [
    (29, "━━ train/encoder/loss  ━━ acc"), (28, "━━ train/en…der/loss  ━━ acc"),
    (24, "━━ train/…r/loss  ━━ acc"), (18, "━━ tr…oss  +1 more"), (9, "trai…loss"),
  ])
  func `names are shortened in their middles before any is left out`(_ width: Int, _ text: String) {
    let told = legend(["train/encoder/loss", "acc"]).text(width: width)
    #expect(told.plain.string == text)
  }

  @Test func `a legend never takes more than its room`() {
    for width in 0..<60 {
      for count in 0...7 {
        let labels = (0..<count).map { SafeText(hostile: String(repeating: "é", count: $0 * 5)) }
        #expect(legend(labels).text(width: width).width <= width)
      }
    }
  }
}
