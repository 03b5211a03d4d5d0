import Pipelines

/// What of each of the machine's CPUs the steps that execute have: by it they are given CPUs by number.
///
/// A pure value. Whole CPUs are those that nobody has; a fraction shares the fullest CPU with room for
/// it, so that two halves have one together and leave the other to a step that wants it whole.
struct CPULoad: Sendable {
  /// What a step has of each of its CPUs, by their numbers.
  typealias Parts = [Int: CPUs]

  /// As `sched_setaffinity` takes them.
  private let numbers: [Int]
  /// By the places of `numbers`.
  private var taken: [CPUs]

  init(_ numbers: [Int]) {
    self.numbers = numbers
    taken = Array(repeating: 0, count: numbers.count)
  }

  /// Gives out CPUs: as few as there can be, unless what is free lies in pieces.
  mutating func take(_ amount: CPUs) -> Parts {
    let byLoad = taken.indices.sorted { (taken[$0], $0) < (taken[$1], $1) }
    var left = amount
    var parts: Parts = [:]
    for place in byLoad where left >= 1 && taken[place] == 0 {
      give(place, 1, of: &left, to: &parts)
    }
    let fitting = byLoad.filter { taken[$0] + left <= 1 }
    if left > 0, let fullest = fitting.max(by: { (taken[$0], $1) < (taken[$1], $0) }) {
      give(fullest, left, of: &left, to: &parts)
    }
    give(byLoad, &left, to: &parts)
    return parts
  }

  /// Takes what a step that executes already has of the CPUs with these numbers.
  mutating func take(_ amount: CPUs, of known: [Int]) -> Parts {
    var left = amount
    var parts: Parts = [:]
    give(known.compactMap(numbers.firstIndex), &left, to: &parts)
    return parts
  }

  mutating func giveBack(_ parts: Parts) {
    for (number, part) in parts {
      guard let place = numbers.firstIndex(of: number) else { continue }
      taken[place] -= part
    }
  }

  /// Gives out what is left in pieces, then, of a machine that has too little, what others have too.
  private mutating func give(_ places: [Int], _ left: inout CPUs, to parts: inout Parts) {
    for place in places where left > 0 && taken[place] < 1 {
      give(place, min(1 - taken[place], left), of: &left, to: &parts)
    }
    while left > 0, !places.isEmpty {
      for place in places where left > 0 { give(place, min(1, left), of: &left, to: &parts) }
    }
  }

  private mutating func give(
    _ place: Int,
    _ part: CPUs,
    of left: inout CPUs,
    to parts: inout Parts
  ) {
    taken[place] += part
    parts[numbers[place], default: 0] += part
    left -= part
  }
}
