import Foundation
import Store
import Testing

struct RetentionTests {
  private static let now = Date(timeIntervalSince1970: 1_700_000_000)

  /// A run that ended so many days ago.
  private static func item(
    _ run: Int,
    days: Double,
    bytes: Int = 10,
    group: String = "i/p",
    isKept: Bool = false,
    needs: Set<Int> = []
  ) -> Retention.Item {
    Retention.Item(
      run: run,
      group: group,
      time: now - days * 86_400,
      bytes: bytes,
      kept: isKept ? .pinned : nil,
      needs: needs
    )
  }

  private static let items = [
    item(1, days: 40), item(2, days: 30, isKept: true), item(3, days: 20), item(4, days: 10),
    item(5, days: 1), item(6, days: 50, group: "i/q"),
  ]

  @Test(
    arguments: [
      (Retention(), []), (Retention(count: 2), [1, 3]), (Retention(count: 9), []),
      (Retention(count: 0), [1, 3, 4, 5, 6]), (Retention(age: 15 * 86_400), [1, 3]),
      (Retention(count: 3, age: 15 * 86_400), [1]), (Retention(size: 60), []),
      (Retention(size: 45), [1, 3]), (Retention(size: 0), [1, 3, 4]),
      (Retention(count: 0, age: 86_400, size: 30), [1, 3, 4, 5, 6]),
    ] as [(Retention, [Int])]
  )
  func `runs go by`(retention: Retention, runs: [Int]) {
    #expect(retention.departures(of: Self.items, now: Self.now).map(\.run) == runs)
  }

  @Test func `a run stays while one that stays shows its log, and goes with it`() {
    let items = [
      Self.item(1, days: 9), Self.item(2, days: 8, needs: [1]), Self.item(3, days: 7, needs: [2]),
      Self.item(4, days: 6),
    ]
    func runs(_ retention: Retention) -> [Int] {
      retention.departures(of: items, now: Self.now).map(\.run)
    }
    #expect(runs(Retention(count: 2)) == [])
    #expect(runs(Retention(count: 1)) == [1, 2, 3])
    #expect(runs(Retention(size: 30)) == [3])
    #expect(runs(Retention(size: 10)) == [1, 2, 3])
  }

  @Test func `the newest are those that were launched last, whenever they ended`() {
    let items = [Self.item(1, days: 1), Self.item(2, days: 9), Self.item(3, days: 5)]
    let departures = Retention(count: 2).departures(of: items, now: Self.now)
    #expect(departures.map(\.run) == [1])
    #expect(Retention(count: 2).holds(of: items, without: [1]) == [2: .newest, 3: .newest])
  }

  @Test func `why a run stays is told`() {
    let items = [
      Self.item(1, days: 9), Self.item(2, days: 8, isKept: true, needs: [1]),
      Self.item(3, days: 7), Self.item(4, days: 6),
    ]
    let holds = Retention(size: 0).holds(of: items, without: [])
    // r3 could go.
    #expect(holds == [1: .needed, 2: .pinned, 4: .newest])
  }

  @Test func `the laws of a retention hold for any runs`() {
    var generator = Seeded(state: 11)
    for round in 0..<2_000 {
      let count = Int.random(in: 0..<12, using: &generator)
      let items = (0..<count).map { run in
        Self.item(
          run,
          days: Double(Int.random(in: 0..<6, using: &generator)),
          bytes: Int.random(in: 0..<100, using: &generator),
          group: ["a", "b"].randomElement(using: &generator) ?? "a",
          isKept: Int.random(in: 0..<4, using: &generator) == 0,
          needs: Set((0..<run).filter { _ in Int.random(in: 0..<6, using: &generator) == 0 })
        )
      }
      func maybe(_ range: Range<Int>) -> Int? {
        Bool.random(using: &generator) ? Int.random(in: range, using: &generator) : nil
      }
      let retention = Retention(
        count: maybe(0..<4),
        age: maybe(0..<6).map { Double($0) * 86_400 },
        size: maybe(0..<500)
      )
      let departures = retention.departures(of: items, now: Self.now)
      let gone = Set(departures.map(\.run))
      let staying = items.filter { !gone.contains($0.run) }
      #expect(gone.count == departures.count, "round \(round)")
      for item in items where gone.contains(item.run) {
        // Models, pins and what is active never go; nor do the newest of a pipeline.
        #expect(!item.isKept, "round \(round)")
        let newer = items.filter {
          $0.group == item.group && $0.run > item.run
        }
        #expect(newer.count >= retention.count ?? 1, "round \(round)")
        #expect(!staying.contains { $0.needs.contains(item.run) }, "round \(round)")
      }
      for departure in departures where departure.reason == .age {
        let time = items.first { $0.run == departure.run }?.time ?? Self.now
        #expect(Self.now.timeIntervalSince(time) >= retention.age ?? 0, "round \(round)")
      }
      // Launched first first.
      #expect(departures.map(\.run) == gone.sorted(), "round \(round)")
      // The size is kept to unless nothing more may go.
      if let size = retention.size, staying.reduce(0, { $0 + $1.bytes }) > size {
        let isStuck = staying.allSatisfy { item in
          let newer = items.filter {
            $0.group == item.group && $0.run > item.run
          }
          return item.isKept || newer.count < retention.count ?? 1
            || staying.contains { $0.run != item.run && $0.needs.contains(item.run) }
        }
        #expect(isStuck, "round \(round)")
        // Each of them has its reason.
        #expect(retention.holds(of: items, without: gone).count == staying.count, "round \(round)")
      }
      if retention == Retention() { #expect(departures.isEmpty) }
    }
  }

  @Test func `a run goes behind those that show its log, and circles last`() {
    func order(_ needs: [Int: Set<Int>], _ runs: Set<Int>) -> [Int] {
      Retention.order(
        runs,
        of: needs.map { Retention.Item(run: $0, group: "g", time: Date(), bytes: 0, needs: $1) }
      )
    }
    #expect(order([1: [], 2: [1], 3: []], [1, 2, 3]) == [3, 2, 1])
    // r5 was resumed, and took from a newer one.
    #expect(order([3: [], 5: [10], 7: [3], 10: [3]], [3, 5, 7, 10]) == [7, 5, 10, 3])
    // What stays orders nothing.
    #expect(order([5: [10], 10: []], [10]) == [10])
    #expect(order([1: [4], 4: [1, 2], 2: [], 9: [4]], [1, 2, 4, 9]) == [9, 4, 2, 1])
    #expect(order([:], []) == [])
  }
}
