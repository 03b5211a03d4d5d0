import Pipelines
import Testing

@testable import Engine

struct SweepQueueTests {
  @Test func `runs are let in by their order, as many as may be under way`() {
    var queue = SweepQueue(limit: 2)
    queue.queue([1, 2, 3, 4])
    #expect(queue.admitted() == [1, 2])
    #expect(queue.waitingRuns == [3, 4])
    queue.end(2)
    #expect(queue.admitted() == [3])
    queue.withdraw(4)
    queue.end(1)
    #expect(queue.admitted() == [])
    queue.queue([4, 4, 3])
    #expect(queue.admitted() == [4])
    queue.end(3)
    queue.end(4)
    #expect(queue.isIdle)
  }

  @Test(
    arguments: [
      (4, nil, 64), (4, 1, 64), (4, 0.5, 64), (16, 0.1, 320), (16, 0.01, 1024), (100, 4, 200),
      (1000, 0.5, 2000),
    ] as [(Int, CPUs?, Int)]
  )
  func `as many runs are looked at as fill the machine`(cpus: Int, wants: CPUs?, window: Int) {
    let pipeline = wants.map { wants in
      Pipeline(
        name: "p",
        steps: [8, wants].map { cpus in
          let process = ProcessStep(command: .arguments([]), cpus: cpus)
          return Step(name: "s\(cpus)", type: .training, work: .process(process))
        }
      )
    }
    #expect(SweepQueue.window(of: Machine(cpus: cpus, memory: 1), for: pipeline) == window)
  }

  @Test(arguments: 0..<20)
  func `never are more under way than allowed, and each is let in once`(seed: UInt64) {
    var random = Seeded(seed: seed)
    let limit = Int.random(in: 1...5, using: &random)
    var queue = SweepQueue(limit: limit)
    var unknown = Array(1...60)
    var lined: Set<Int> = []
    var ended: Set<Int> = []
    var withdrawn: Set<Int> = []
    var under: Set<Int> = []
    for _ in 0..<2000 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<3:
        let new = unknown.prefix(Int.random(in: 0...4, using: &random))
        unknown.removeFirst(new.count)
        lined.formUnion(new)
        queue.queue(Array(new))
      case 3:
        if let run = queue.waitingRuns.randomElement(using: &random) {
          queue.withdraw(run)
          withdrawn.insert(run)
        }
      case 4:
        // Resumed.
        if let run = withdrawn.union(ended).randomElement(using: &random) {
          queue.queue([run])
          withdrawn.remove(run)
          ended.remove(run)
          lined.insert(run)
        }
      case 5:
        // What an earlier agent let in counts, also where it is more than may be.
        if under.count < limit, let run = queue.waitingRuns.last {
          queue.hold(run)
          under.insert(run)
          lined.remove(run)
        }
      default:
        if let run = under.randomElement(using: &random) {
          queue.end(run)
          under.remove(run)
          ended.insert(run)
        }
      }
      for run in queue.admitted() {
        #expect(lined.remove(run) != nil && !withdrawn.contains(run))
        under.insert(run)
      }
      #expect(queue.active == under)
      #expect(under.count <= limit)
      // Nobody waits while there is room.
      #expect(under.count == limit || queue.waitingRuns.isEmpty)
    }
  }
}

extension SweepQueue {
  fileprivate mutating func admitted() -> [Int] {
    var runs: [Int] = []
    while let run = next() { runs.append(run) }
    return runs
  }
}
