import Foundation

/// Calls `body` with 0, 1 and so on: `rounds` times, and on for `LATHE_FUZZ_SECONDS` where that is set.
func fuzz(_ rounds: Int, _ body: (_ round: Int) throws -> Void) rethrows {
  let seconds = ProcessInfo.processInfo.environment["LATHE_FUZZ_SECONDS"].flatMap(Double.init) ?? 0
  let start = Date()
  var round = 0
  repeat {
    for _ in 0..<rounds {
      try body(round)
      round += 1
    }
  } while Date().timeIntervalSince(start) < seconds
}

/// Random numbers that are the same each time (SplitMix64).
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
