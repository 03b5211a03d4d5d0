import Foundation
import Pipelines
import Testing

struct PatternPropertyTests {
  private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) ^ (state << 31)
    }
  }

  /// A random pattern that cannot match nothing inside a repetition, where dialects differ.
  private func expression(_ depth: Int, _ dice: inout Dice) -> String {
    let atoms = ["a", "b", "ab", ".", "[ab]", "[^a]", #"\d"#, #"\w"#, "é", "1"]
    guard depth > 0, let atom = atoms.randomElement(using: &dice) else { return "a" }
    switch Int.random(in: 0..<9, using: &dice) {
    case 0, 1, 2: return atom
    case 3, 4: return expression(depth - 1, &dice) + expression(depth - 1, &dice)
    case 5: return "(" + expression(depth - 1, &dice) + ")"
    case 6: return "(?:" + expression(depth - 1, &dice) + "|" + expression(depth - 1, &dice) + ")"
    case 7: return "(" + expression(depth - 1, &dice) + ")" + quantifier(&dice) + atom
    default: return atom + quantifier(&dice) + expression(depth - 1, &dice)
    }
  }

  private func quantifier(_ dice: inout Dice) -> String {
    let all = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{1,}?"]
    return all.randomElement(using: &dice) ?? "*"
  }

  @Test func `random patterns find what a backtracking engine finds`() throws {
    var dice = Dice(state: 7)
    var matches = 0
    for _ in 0..<1500 {
      let source = expression(4, &dice)
      guard source.count <= 100 else { continue }
      let pattern = try Pattern(source)
      let reference = try NSRegularExpression(pattern: source)
      for _ in 0..<4 {
        let length = Int.random(in: 0...9, using: &dice)
        let text = String((0..<length).map { _ in "aab1é ".randomElement(using: &dice) ?? "a" })
        let all = NSRange(text.startIndex..., in: text)
        let expected = reference.firstMatch(in: text, range: all).map { match in
          (0..<match.numberOfRanges).map { group in
            Range(match.range(at: group), in: text).map { range in
              let start = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
              return start..<start + text[range].utf8.count
            }
          }
        }
        let found = pattern.firstMatch(in: text).map { match in
          (0...pattern.groupCount).map { match[$0] }
        }
        #expect(found == expected, "\(source) on \(text)")
        if found != nil { matches += 1 }
      }
    }
    #expect(matches > 1000)
  }

  @Test func `any text is compiled or refused, and any bytes are searched`() {
    var dice = Dice(state: 11)
    let signs = Array(#"ab1.^$|()[]{}*+?\,-:<>=!#PimsdwbZxu0é"#)
    var compiled = 0
    for _ in 0..<4000 {
      let length = Int.random(in: 0...24, using: &dice)
      let source = String((0..<length).map { _ in signs.randomElement(using: &dice) ?? "a" })
      let line = (0..<40).map { _ in UInt8.random(in: 0...255, using: &dice) }
      do {
        let match = try Pattern(source).firstMatch(in: line)
        if let range = match?.range { #expect(range.upperBound <= line.count) }
        compiled += 1
      } catch {
        #expect((0...source.unicodeScalars.count).contains(error.offset), "\(source)")
      }
    }
    #expect(compiled > 100)
  }
}
