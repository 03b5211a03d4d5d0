import Store
import Testing

struct LineDiffTests {
  @Test func `a changed line is one removed and one added`() {
    let diff = LineDiff(from: "a\nb\nc\n", to: "a\nB\nc\n")
    #expect(diff.edits == [.keep("a"), .remove("b"), .add("B"), .keep("c")])
    #expect(diff.added == 1)
    #expect(diff.removed == 1)
  }

  @Test(arguments: [("", ""), ("a\n", "a\n"), ("a", "a\n")])
  func `equal lines need no edit`(old: String, new: String) {
    #expect(LineDiff(from: old, to: new).unified().isEmpty)
  }

  @Test func `hunks carry their context and their lines' numbers`() {
    let old = (1...20).map { "line \($0)" }
    var new = old
    new[9] = "LINE 10"
    new.append("line 21")
    #expect(
      LineDiff(from: old, to: new).unified(context: 2) == [
        "@@ -8,5 +8,5 @@", " line 8", " line 9", "-line 10", "+LINE 10", " line 11", " line 12",
        "@@ -19,2 +19,3 @@", " line 19", " line 20", "+line 21",
      ]
    )
  }

  @Test func `a new file is one hunk from line 0`() {
    #expect(LineDiff(from: "", to: "a\nb\n").unified() == ["@@ -0,0 +1,2 @@", "+a", "+b"])
  }

  @Test func `changes whose contexts touch are one hunk`() {
    let old = (1...9).map(String.init)
    var new = old
    new[2] = "x"
    new[6] = "y"
    #expect(LineDiff(from: old, to: new).unified(context: 3).count { $0.hasPrefix("@@") } == 1)
  }

  /// The law: what is kept and removed is the old text, what is kept and added the new one, and no script is shorter.
  @Test(arguments: 0..<200)
  func `the script makes the new text from the old one and is the shortest`(seed: UInt64) {
    var random = Generator(state: seed &+ 1)
    func text() -> [String] {
      (0..<Int(random.next() % 12)).map { _ in String(UnicodeScalar(UInt8(97 + random.next() % 4)))
      }
    }
    let (old, new) = (text(), text())
    let diff = LineDiff(from: old, to: new)
    let before = diff.edits.filter { if case .add = $0 { false } else { true } }.map(\.line)
    let after = diff.edits.filter { if case .remove = $0 { false } else { true } }.map(\.line)
    #expect(before == old)
    #expect(after == new)
    #expect(diff.added + diff.removed == old.count + new.count - 2 * common(old, new))
  }

  @Test func `texts without a common line are replaced, however long`() {
    let old = (0..<4000).map { "a\($0)" }
    let new = (0..<4000).map { "b\($0)" }
    let diff = LineDiff(from: ["top"] + old, to: ["top"] + new)
    #expect(diff.removed == 4000)
    #expect(diff.added == 4000)
    #expect(diff.edits.first == .keep("top"))
  }

  /// The length of the longest common subsequence, by the table.
  private func common(_ a: [String], _ b: [String]) -> Int {
    var row = Array(repeating: 0, count: b.count + 1)
    for x in a {
      var next = row
      for (j, y) in b.enumerated() { next[j + 1] = x == y ? row[j] + 1 : max(row[j + 1], next[j]) }
      row = next
    }
    return row[b.count]
  }
}

extension LineDiff.Edit {
  fileprivate var line: String {
    switch self {
    case .keep(let line), .remove(let line), .add(let line): line
    }
  }
}

/// SplitMix64.
private struct Generator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
