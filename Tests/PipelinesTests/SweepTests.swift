import Pipelines
import Testing

struct SweepTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var part: String
    var values: [String]
    var testDescription: String { part }

    init(_ part: String, _ values: String...) {
      self.part = part
      self.values = values
    }
  }

  @Test(arguments: [
    Case("lr=0.1,0.03", "0.1", "0.03"), Case("seed=1..3", "1", "2", "3"),
    Case("seed=-1..1", "-1", "0", "1"), Case("n=1..9..2", "1", "3", "5", "7", "9"),
    Case("n=1..10..4", "1", "5", "9"), Case("lr=0.1..0.5..0.1", "0.1", "0.2", "0.3", "0.4", "0.5"),
    Case("x=0.50..1.5..0.5", "0.5", "1", "1.5"),
    Case("x=-0.2..0.1..0.1", "-0.2", "-0.1", "0", "0.1"),
    Case("x=1e-3..3e-3..1e-3", "0.001", "0.002", "0.003"), Case("n=5..5", "5"),
    Case("lr=log:1e-4..1e-1..4", "1e-4", "0.001", "0.01", "1e-1"),
    Case("n=log:1..16..5", "1", "2", "4", "8", "16"),
    Case("n=log:100..1..3", "100", "10", "1"),
    Case("mode=full,quick,1..2", "full", "quick", "1", "2"),
    Case("path=../a,b..c,x/..", "../a", "b..c", "x/.."),
    Case("t='a,b',\"1..3\",''", "a,b", "1..3", ""),
    Case("v=a=b", "a=b"), Case("flag=true,false", "true", "false"),
  ])
  func `a part stands for its values, in order`(test: Case) throws {
    #expect(try Sweep([test.part]).axes.map(\.values) == [test.values])
  }

  @Test func `parts are combined, the last changes fastest`() throws {
    let sweep = try Sweep(["lr=0.1,0.03", "seed=1..3"])
    #expect(sweep.count == 6)
    #expect(
      sweep.combinations.map { "\($0["lr"] ?? "") \($0["seed"] ?? "")" }
        == ["0.1 1", "0.1 2", "0.1 3", "0.03 1", "0.03 2", "0.03 3"]
    )
    #expect(try Sweep([]).combinations.isEmpty)
    #expect(try Sweep(["a=1..100", "b=1..100"]).combinations.count == 10_000)
  }

  @Test(arguments: [
    ("lr", "'lr' is no sweep. It has no '='."), ("=1", "'=1' is no sweep."),
    ("l r=1", "'l r' cannot be swept."), ("a=", "A value of 'a' is empty."),
    ("a=1,,2", "A value of 'a' is empty."), ("a='x", "A quote in the values of 'a' has no end."),
    ("a='x'y", "After a quoted value of 'a' stands 'y'."),
    ("a=1,1", "'a' has the value '1' twice."),
    ("a=3..1", "'3..1' of 'a' is no range. It leads downwards."),
    ("a=0.1..0.5", "'0.1..0.5' of 'a' is no range. Numbers that are not whole need a step."),
    ("a=1..3..0", "'1..3..0' of 'a' is no range. Its step is 0"),
    ("a=1..3..-1", "'1..3..-1' of 'a' is no range. It leads downwards."),
    ("a=1..3..1..2", "'1..3..1..2' of 'a' is no range. A range is FIRST..LAST"),
    ("a=1..99999", "'1..99999' of 'a' is no range. It has more than 10000 values."),
    (
      "a=-9000000000000000000..9000000000000000000",
      "'-9000000000000000000..9000000000000000000' of 'a' is no range. It has more"
    ),
    ("a=log:1..2", "'log:1..2' of 'a' is no range. It is log:FIRST..LAST..COUNT."),
    ("a=log:0..2..3", "'log:0..2..3' of 'a' is no range. Its ends"),
    ("a=log:1..2..1", "'log:1..2..1' of 'a' is no range. Its ends"),
    ("a=1..6000,6001..12000", "'a' has more than 10000 values."),
  ])
  func `what is no sweep is refused with the reason`(part: String, message: String) {
    let fault = #expect(throws: Sweep.Fault.self) { try Sweep([part]) }
    let told = "\(fault?.what ?? "") \(fault?.why ?? "")"
    #expect(told.hasPrefix(message))
    #expect(fault?.next.isEmpty == false)
  }

  @Test func `too many combinations and a parameter swept twice are refused`() {
    let large = #expect(throws: Sweep.Fault.self) { try Sweep(["a=1..100", "b=1..101"]) }
    #expect(large?.what == "The sweep has 10100 combinations.")
    #expect(large?.why == "A launch starts at most 10000 runs.")
    let fault = #expect(throws: Sweep.Fault.self) { try Sweep(["a=1", "a=2"]) }
    #expect(fault?.what == "'a' is swept twice.")
  }

  @Test func `any text is read or refused`() {
    var random = Seeded(5)
    let pieces = [
      "a", "=", "1", "..", ",", "log:", "-", "e", "0.", "'", "9999999999999999999", "é",
    ]
    for _ in 0..<2000 {
      let text = (0..<Int.random(in: 1...10, using: &random))
        .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      if let sweep = try? Sweep(["p=" + text]) { #expect(sweep.count <= 10_000 && sweep.count > 0) }
    }
  }
}
