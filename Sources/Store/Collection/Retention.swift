package import Foundation

/// Which runs may go: a pure decision over their ages, sizes and what needs them.
///
/// A run that is active, pinned or the source of a model never goes, nor does one whose log or result a
/// run that stays shows as its own. Runs are ordered as they were launched, which is how they are listed:
/// one that was resumed later is no newer for it.
package struct Retention: Sendable, Equatable, Codable {
  /// So many of the newest runs of each pipeline stay; without it the newest one does.
  package var count: Int?
  /// Seconds: what ended later stays, unless the size is exceeded.
  package var age: Double?
  /// Bytes: those launched first go until the rest takes no more.
  package var size: Int?

  package init(count: Int? = nil, age: Double? = nil, size: Int? = nil) {
    self.count = count
    self.age = age
    self.size = size
  }

  package struct Item: Sendable, Equatable {
    package var run: Int
    /// Runs of one pipeline in one instance share it.
    package var group: String
    /// When it ended, or was made when it has not.
    package var time: Date
    /// What its removal frees at least.
    package var bytes: Int
    /// Why it never goes: it is active, pinned, or the source of a model.
    package var kept: Hold?
    package var isKept: Bool { kept != nil }
    /// The runs whose logs it shows.
    package var needs: Set<Int>

    package init(
      run: Int,
      group: String,
      time: Date,
      bytes: Int,
      kept: Hold? = nil,
      needs: Set<Int> = []
    ) {
      self.run = run
      self.group = group
      self.time = time
      self.bytes = bytes
      self.kept = kept
      self.needs = needs
    }
  }

  /// Why a run stays.
  package enum Hold: String, Sendable, Codable, CaseIterable {
    case active, pinned, model
    /// It is among the newest of its pipeline.
    case newest
    /// One that stays shows its log.
    case needed
  }

  package enum Reason: String, Sendable, Codable { case count, age, size }

  package struct Departure: Sendable, Equatable, Codable {
    package var run: Int
    package var bytes: Int
    package var reason: Reason
  }

  /// What goes, launched first first.
  package func departures(of items: [Item], now: Date) -> [Departure] {
    let ordered = items.sorted { $0.run < $1.run }
    var reasons: [Int: Reason] = [:]
    let free = candidates(ordered)
    if count != nil || age != nil {
      for item in ordered where free.contains(item.run) {
        if let age, now.timeIntervalSince(item.time) < age { continue }
        reasons[item.run] = age == nil ? .count : .age
      }
    }
    keepNeeded(ordered, &reasons)
    if let size { shrink(ordered, free, to: size, &reasons) }
    return ordered.compactMap { item in
      reasons[item.run].map { Departure(run: item.run, bytes: item.bytes, reason: $0) }
    }
  }

  /// Why each run stays that does not go; nothing of one that could go as well.
  package func holds(of items: [Item], without gone: Set<Int>) -> [Int: Hold] {
    let staying = items.filter { !gone.contains($0.run) }
    let free = candidates(items.sorted { $0.run < $1.run })
    let needed = staying.reduce(into: Set<Int>()) { $0.formUnion($1.needs.subtracting([$1.run])) }
    return Dictionary(
      staying.compactMap { item in
        let hold: Hold? =
          item.kept
          ?? (!free.contains(item.run) ? .newest : needed.contains(item.run) ? .needed : nil)
        return hold.map { (item.run, $0) }
      }
    ) { first, _ in first }
  }

  /// Which of some runs may still go: what was decided a moment ago may be needed by now.
  package static func removable(_ runs: Set<Int>, of items: [Item]) -> Set<Int> {
    var reasons: [Int: Reason] = [:]
    for item in items where runs.contains(item.run) && !item.isKept { reasons[item.run] = .count }
    Retention().keepNeeded(items, &reasons)
    return Set(reasons.keys)
  }

  /// Some runs in the order in which they go: each behind those that show its log, newest first.
  ///
  /// Runs that show each other's logs, and what these need, come last.
  package static func order(_ runs: Set<Int>, of items: [Item]) -> [Int] {
    var needs: [Int: [Int]] = [:]
    var needers: [Int: Int] = [:]
    for item in items where runs.contains(item.run) {
      let others = item.needs.intersection(runs).subtracting([item.run]).sorted(by: >)
      needs[item.run] = others
      for other in others { needers[other, default: 0] += 1 }
    }
    var order = runs.filter { needers[$0] == nil }.sorted(by: >)
    var next = 0
    while next < order.count {
      for other in needs[order[next]] ?? [] {
        needers[other, default: 0] -= 1
        if needers[other] == 0 { order.append(other) }
      }
      next += 1
    }
    return order + runs.subtracting(order).sorted(by: >)
  }

  /// The runs that are neither kept nor among the newest of their group.
  private func candidates(_ ordered: [Item]) -> Set<Int> {
    var left: [String: Int] = [:]
    var free: Set<Int> = []
    for item in ordered.reversed() {
      let room = left[item.group, default: max(count ?? 1, 0)]
      left[item.group] = room - 1
      if room <= 0 && !item.isKept { free.insert(item.run) }
    }
    return free
  }

  /// A run that one needs that stays, stays; so does what it needs itself.
  private func keepNeeded(_ ordered: [Item], _ reasons: inout [Int: Reason]) {
    let needs = Dictionary(ordered.map { ($0.run, $0.needs) }) { $0.union($1) }
    var open = ordered.map(\.run).filter { reasons[$0] == nil }
    while let run = open.popLast() {
      for other in needs[run] ?? [] where reasons.removeValue(forKey: other) != nil {
        open.append(other)
      }
    }
  }

  private func shrink(
    _ ordered: [Item],
    _ free: Set<Int>,
    to size: Int,
    _ reasons: inout [Int: Reason]
  ) {
    var bytes = ordered.reduce(0) { $0 + (reasons[$1.run] == nil ? $1.bytes : 0) }
    var needers: [Int: Int] = [:]
    for item in ordered where reasons[item.run] == nil {
      for other in item.needs where other != item.run { needers[other, default: 0] += 1 }
    }
    var isShrinking = true
    // A run that goes sets free what it alone needed, which is older: from the oldest once more.
    while bytes > size && isShrinking {
      isShrinking = false
      for item in ordered where bytes > size && reasons[item.run] == nil {
        guard free.contains(item.run), needers[item.run, default: 0] == 0 else { continue }
        reasons[item.run] = .size
        bytes -= item.bytes
        isShrinking = true
        for other in item.needs where other != item.run { needers[other, default: 0] -= 1 }
      }
    }
  }
}
