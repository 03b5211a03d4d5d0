import Pipelines
import Testing

/// A pipeline from lines such as "c: a b"; "c?" is a condition and "d: c=true" a branch of it.
private func pipeline(_ lines: String...) -> Pipeline {
  Pipeline(
    name: "p",
    steps: lines.map { line in
      let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
      var step = Step(
        name: parts[0],
        type: .processing,
        work: .process(.init(command: .arguments([])))
      )
      if parts[0].hasSuffix("?") {
        step.type = .condition
        step.work = .condition(.init(comparisons: [], thenSteps: [], elseSteps: []))
      }
      for need in parts.count > 1 ? parts[1].split(separator: " ").map(String.init) : [] {
        let sides = need.split(separator: "=").map(String.init)
        step.dependsOn.append(sides[0])
        if sides.count == 2 {
          step.branch = .init(condition: sides[0], outcome: sides[1] == "true")
        }
      }
      return step
    }
  )
}

struct ScheduleTests {
  @Test func `independent steps may run together, each is told once`() {
    var schedule = Schedule(pipeline("a", "b", "c: a b"))
    #expect(schedule.ready() == ["a", "b"])
    #expect(schedule.ready() == [])
    #expect(schedule.end("a", .cached) == .init())
    #expect(schedule.ready() == [])
    _ = schedule.end("b", .succeeded)
    #expect(schedule.ready() == ["c"])
    #expect(schedule.result == nil)
    _ = schedule.end("c", .succeeded)
    #expect(schedule.isDone)
    #expect(schedule.result == .succeeded)
  }

  @Test func `a failed step skips what depends on it, and only that`() {
    var schedule = Schedule(pipeline("a", "b", "c: a", "d: c", "e: b"))
    _ = schedule.ready()
    #expect(
      schedule.end("a", .failed(reason: "exit code 1")).skipped
        == [.init(step: "c", reason: "a failed"), .init(step: "d", reason: "c was skipped")]
    )
    _ = schedule.end("b", .succeeded)
    #expect(schedule.ready() == ["e"])
    _ = schedule.end("e", .succeeded)
    #expect(schedule.result == .failed(step: "a", reason: "exit code 1"))
  }

  @Test func `a condition skips the branch not taken and what depends on it`() {
    var schedule = Schedule(pipeline("ok?", "yes: ok?=true", "no: ok?=false", "after: no"))
    _ = schedule.ready()
    #expect(
      schedule.end("ok?", .condition(true)).skipped
        == [
          .init(step: "no", reason: "ok? is true"), .init(step: "after", reason: "no was skipped"),
        ]
    )
    #expect(schedule.ready() == ["yes"])
  }

  @Test func `a stop skips what waits and ends when what runs has ended`() {
    var schedule = Schedule(pipeline("a", "b", "c: a"))
    _ = schedule.ready()
    #expect(schedule.stop().skipped == [.init(step: "c", reason: "the run was stopped")])
    #expect(!schedule.isDone)
    _ = schedule.end("a", .stopped)
    _ = schedule.end("b", .succeeded)
    #expect(schedule.result == .stopped)
  }

  @Test func `ended steps are restored`() {
    var schedule = Schedule(
      pipeline("ok?", "yes: ok?=true", "no: ok?=false", "b", "c: b yes"),
      ended: ["ok?": .condition(true), "yes": .cached]
    )
    #expect(schedule.ready() == ["b"])
    _ = schedule.end("b", .succeeded)
    #expect(schedule.ready() == ["c"])
    _ = schedule.end("c", .succeeded)
    #expect(schedule.result == .succeeded)
  }

  @Test func `an end that is told twice changes nothing`() {
    var schedule = Schedule(pipeline("a", "b: a"))
    _ = schedule.ready()
    _ = schedule.end("a", .succeeded)
    let before = schedule
    #expect(schedule.end("a", .failed(reason: "late")) == .init())
    #expect(schedule.end("unknown", .succeeded) == .init())
    #expect(schedule == before)
  }

  @Test(arguments: 0..<200)
  func `in any graph each step runs at most once, behind what it needs, and all end`(
    seed: UInt64
  ) {
    var random = Seeded(seed)
    let steps = randomSteps(&random)
    let pipeline = Pipeline(name: "p", steps: steps)
    var schedule = Schedule(pipeline)
    var naive = NaiveSchedule(pipeline)
    var running: [String] = []
    var started: Set<String> = []
    var ended: [String: Schedule.Outcome] = [:]
    while !schedule.isDone {
      let ready = schedule.ready()
      #expect(ready == naive.ready())
      for name in ready {
        let needs = pipeline.step(name)?.dependsOn ?? []
        #expect(started.insert(name).inserted && needs.allSatisfy { ended[$0]?.isGood == true })
        running.append(name)
      }
      guard let name = running.randomElement(using: &random) else { break }
      running.removeAll { $0 == name }
      let outcome: Schedule.Outcome =
        switch Int.random(in: 0..<6, using: &random) {
        case 0: .failed(reason: "r")
        case 1 where seed % 4 == 0: .stopped
        case 2: .cached
        default:
          pipeline.step(name)?.type == .condition
            ? .condition(Bool.random(using: &random)) : .succeeded
        }
      ended[name] = outcome
      let skipped = schedule.end(name, outcome).skipped
      #expect(skipped == naive.end(name, outcome))
      for skip in skipped {
        #expect(
          !started.contains(skip.step) && ended.updateValue(.skipped, forKey: skip.step) == nil
        )
      }
      #expect(schedule.isDone == naive.isDone)
      guard !ended.values.contains(.stopped) else { continue }
      // What an agent that takes over knows is enough to go on.
      let open = Set(running)
      var restored = Schedule(pipeline, ended: ended)
      var original = schedule
      #expect(restored.restored.skipped.allSatisfy { ended[$0.step] == .skipped })
      #expect(restored.ready().filter { !open.contains($0) } == original.ready())
    }
    #expect(ended.count == steps.count)
    #expect(schedule.isDone && schedule.result != nil)
  }

  private func randomSteps(_ random: inout Seeded) -> [Step] {
    var steps: [Step] = []
    for index in 0..<Int.random(in: 1...25, using: &random) {
      var step = Step(name: "s\(index)", type: .processing, work: .fail(message: Text("")))
      for other in steps where Int.random(in: 0..<5, using: &random) == 0 {
        step.dependsOn.append(other.name)
      }
      if let condition = steps.filter({ $0.type == .condition }).randomElement(using: &random) {
        step.dependsOn.append(condition.name)
        step.branch = .init(condition: condition.name, outcome: Bool.random(using: &random))
      }
      if Int.random(in: 0..<4, using: &random) == 0 { step.type = .condition }
      steps.append(step)
    }
    return steps
  }
}

extension Schedule.Outcome {
  fileprivate var isGood: Bool {
    switch self {
    case .succeeded, .cached, .condition: true
    case .failed, .stopped, .skipped: false
    }
  }
}

/// A generator with a seed (Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
