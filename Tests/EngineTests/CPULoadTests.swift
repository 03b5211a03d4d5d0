import Pipelines
import Testing

@testable import Engine

/// Which CPUs a step gets by number.
struct CPULoadTests {
  @Test func `a part goes to the fullest CPU that has room for it`() {
    var load = CPULoad([0, 1, 2])
    #expect(load.take(0.6) == [0: 0.6])
    #expect(load.take(0.5) == [1: 0.5])
    #expect(load.take(0.4) == [0: 0.4])
    #expect(load.take(0.3) == [1: 0.3])
    #expect(load.take(1) == [2: 1])
    #expect(load.take(0.2) == [1: 0.2])
  }

  @Test func `what is free in pieces only is given in pieces`() {
    var load = CPULoad([4, 5])
    let first = load.take(0.6)
    #expect(load.take(0.6) == [5: 0.6])
    let pieces = load.take(0.8)
    #expect(pieces == [4: 0.4, 5: 0.4])
    load.giveBack(first)
    load.giveBack(pieces)
    #expect(load.take(1) == [4: 1])
  }

  @Test func `what others hold beyond the machine is borne by all of it`() {
    var load = CPULoad([0, 1])
    let old = load.take(3.5)
    #expect(old == [0: 2, 1: 1.5])
    #expect(load.take(0.5) == [1: 0.5])
    #expect(load.take(1, of: [0, 77]) == [0: 1])
    #expect(load.take(1, of: [77]) == [:])
    var none = CPULoad([])
    #expect(none.take(2) == [:])
  }

  @Test(arguments: 0..<20)
  func `no CPU is given out twice, whole ones are the fewest, and all come back`(seed: UInt64) {
    var random = Seeded(seed: seed)
    let count = Int.random(in: 1...9, using: &random)
    var load = CPULoad(Array(0..<count))
    let step = seed % 2 == 0 ? 1000 : [1, 10, 125, 500].randomElement(using: &random) ?? 1
    var given: [CPULoad.Parts] = []
    for _ in 0..<400 {
      let used = given.flatMap(\.values).reduce(0, +)
      let free = (CPUs(count) - used).thousandths / step
      if free > 0, Int.random(in: 0..<3, using: &random) > 0 {
        let amount = CPUs(thousandths: step * Int.random(in: 1...min(free, 3), using: &random))
        let parts = load.take(amount)
        #expect(parts.values.reduce(0, +) == amount)
        #expect(parts.count >= amount.roundedUp && (step < 1000 || parts.count == amount.roundedUp))
        given.append(parts)
      } else if let parts = given.indices.randomElement(using: &random).map({ given.remove(at: $0) }
      ) {
        load.giveBack(parts)
      }
      let sums = given.reduce(into: CPULoad.Parts()) { $0.merge($1, uniquingKeysWith: +) }
      #expect(sums.values.allSatisfy { $0 <= 1 })
    }
    for parts in given { load.giveBack(parts) }
    #expect(load.take(CPUs(count)).count == count)
  }
}
