import Pipelines
import Testing

@testable import Engine

/// Who gets which share of the machine, and when.
struct SharesTests {
  private func waiting(
    _ run: Int,
    _ step: String,
    cpus: CPUs = 1,
    memory: Int = 0,
    gpus: Int = 0,
    in instance: String = "i",
    limits: Shares.Limits = .init(),
    parallel: Int? = nil
  ) -> Shares.Waiting {
    Shares.Waiting(
      run: run,
      step: step,
      instance: instance,
      wants: .init(cpus: cpus, memory: memory, gpus: gpus),
      limits: limits,
      parallel: parallel
    )
  }

  private func names(_ placed: [Shares.Placement]) -> [String] {
    placed.map { "r\($0.run) \($0.step)" }
  }

  private func reasons(_ shares: Shares, _ run: Int) -> [String] {
    shares.reasons(of: run).map { "\($0.step) \($0.reason)" }
  }

  @Test func `no more is given than there is, and each wait has its reason`() {
    var shares = Shares(machine: Machine(cpus: 4, memory: 4 << 30))
    #expect(names(shares.place([waiting(1, "a", cpus: 3, memory: 1 << 30)])) == ["r1 a"])
    #expect(shares.place([waiting(2, "b", cpus: 2)]).isEmpty)
    #expect(reasons(shares, 2) == ["b waits for 2 CPUs held by r1 a"])
    #expect(names(shares.place([waiting(3, "c", memory: 3 << 29)])) == ["r3 c"])
    shares.withdraw(run: 2, step: "b")
    shares.release(run: 3, step: "c")
    #expect(shares.place([waiting(4, "d", memory: 7 << 29)]).isEmpty)
    #expect(reasons(shares, 4) == ["d waits for 3.5 GiB of memory held by r1 a"])
    // What an earlier agent started runs, whatever is free.
    shares.hold(waiting(5, "e", cpus: 9))
    #expect(shares.place().isEmpty)
    shares.release(run: 5, step: "e")
    shares.release(run: 1, step: "a")
    #expect(names(shares.place()) == ["r4 d"])
    #expect(shares.waitingCount == 0)
  }

  @Test func `an instance's caps count its own steps only`() {
    var shares = Shares(machine: Machine(cpus: 8, memory: 8 << 30))
    let limits = Shares.Limits(cpus: 2, memory: 1 << 30)
    #expect(shares.place([waiting(1, "a", cpus: 4, memory: 4 << 30, in: "other")]).count == 1)
    #expect(shares.place([waiting(2, "b", cpus: 2, in: "small", limits: limits)]).count == 1)
    #expect(shares.place([waiting(3, "c", in: "small", limits: limits)]).isEmpty)
    #expect(reasons(shares, 3) == ["c waits for 1 CPU of 'small' held by r2 b"])
    shares.release(run: 2, step: "b")
    #expect(
      names(shares.place([waiting(4, "d", memory: 2 << 30, in: "small", limits: limits)]))
        == ["r3 c"]
    )
    #expect(reasons(shares, 4) == ["d waits for 2 GiB of memory of 'small'"])
  }

  @Test func `parts of CPUs are shared out, and told as they are written`() {
    var shares = Shares(machine: Machine(cpus: 2, memory: 1))
    let first = [waiting(12, "train", cpus: 1.5), waiting(13, "serve", cpus: 0.1)]
    #expect(names(shares.place(first)) == ["r12 train", "r13 serve"])
    #expect(
      shares.place([
        waiting(14, "a", cpus: 0.5), waiting(14, "b", cpus: 0.401), waiting(15, "c"),
        waiting(15, "d", cpus: 1.25),
      ])
      .isEmpty
    )
    #expect(
      reasons(shares, 14) == [
        "a waits for 0.5 CPUs held by r12 train, r13 serve",
        "b waits for 0.401 CPUs held by r12 train, r13 serve",
      ]
    )
    #expect(
      reasons(shares, 15) == [
        "c waits for 1 CPU held by r12 train, r13 serve",
        "d waits for 1.25 CPUs held by r12 train, r13 serve",
      ]
    )
    #expect(names(shares.place([waiting(16, "e", cpus: 0.4)])) == ["r16 e"])
    #expect(shares.used.cpus == 2)
    shares.release(run: 13, step: "serve")
    #expect(shares.place().isEmpty)
    shares.release(run: 12, step: "train")
    #expect(names(shares.place()) == ["r14 a", "r15 c"])
  }

  @Test func `of many that hold something, the three oldest are named`() {
    var shares = Shares(machine: Machine(cpus: 1, memory: 1))
    #expect(shares.place((0..<9).map { waiting(1, "s\($0)", cpus: 0.1) }).count == 9)
    shares.release(run: 1, step: "s1")
    #expect(shares.place([waiting(2, "late", cpus: 0.1), waiting(3, "a", cpus: 0.3)]).count == 1)
    #expect(reasons(shares, 3) == ["a waits for 0.3 CPUs held by r1 s0, r1 s2, r1 s3, 6 more"])
  }

  @Test func `an instance's cap counts parts of CPUs`() {
    var shares = Shares(machine: Machine(cpus: 8, memory: 1))
    let limits = Shares.Limits(cpus: 1)
    let steps = [0.75, 0.5, 0.25].enumerated().map { number, cpus in
      waiting(1, "s\(number)", cpus: CPUs(floatLiteral: cpus), in: "small", limits: limits)
    }
    #expect(names(shares.place(steps)) == ["r1 s0", "r1 s2"])
    #expect(reasons(shares, 1) == ["s1 waits for 0.5 CPUs of 'small' held by r1 s0, r1 s2"])
  }

  @Test func `halves share a CPU, by number as well`() {
    var shares = Shares(machine: Machine(cpus: 4, memory: 1, cpuNumbers: [2, 3, 6, 7]))
    // An earlier agent gave out this one.
    shares.hold(waiting(1, "old", cpus: 0.5), cpuSet: [3])
    let wants: [CPUs] = [0.5, 1, 1.5, 0.5]
    let placed = shares.place(wants.enumerated().map { waiting(2, "s\($0)", cpus: $1) })
    #expect(placed.map(\.cpuSet) == [[3], [2], [6, 7], [7]])
    shares.release(run: 2, step: "s2")
    #expect(shares.place([waiting(2, "s4")]).map(\.cpuSet) == [[6]])
  }

  @Test func `however little steps want, only so many execute at once`() {
    var shares = Shares(machine: Machine(cpus: 8, memory: 1))
    #expect(shares.place((0..<600).map { waiting(1, "s\($0)", cpus: 0.01) }).count == 512)
    #expect(shares.place([waiting(2, "other", cpus: 0.01)]).isEmpty)
    #expect(
      reasons(shares, 2) == ["other waits: at most 512 steps execute at once on this machine"]
    )
    shares.release(run: 1, step: "s0")
    #expect(names(shares.place()) == ["r2 other"])
  }

  @Test func `while too little is free for any, none of those that wait is looked at`() {
    var shares = Shares(machine: Machine(cpus: 2, memory: 1))
    #expect(shares.place([waiting(1, "a", cpus: 1.5)]).count == 1)
    #expect(shares.place([waiting(2, "b"), waiting(3, "c", cpus: 0.75)]).isEmpty)
    #expect(shares.leastWanted == 0.75)
    shares.withdraw(run: 2)
    shares.withdraw(run: 3)
    #expect(shares.place([waiting(4, "d", cpus: 2)]).isEmpty)
    #expect(shares.leastWanted == 2)
  }

  @Test func `runs take turns, the one that holds less goes first`() {
    var shares = Shares(machine: Machine(cpus: 4, memory: 1 << 30))
    #expect(shares.place((0..<9).map { waiting(1, "a\($0)") }).count == 4)
    #expect(shares.place((0..<9).map { waiting(2, "b\($0)") }).isEmpty)
    var order: [String] = []
    for step in 0..<4 {
      shares.release(run: 1, step: "a\(step)")
      order += names(shares.place())
    }
    #expect(order == ["r2 b0", "r2 b1", "r1 a4", "r1 a5"])
  }

  @Test func `a share is dominated by what is scarce for it`() {
    var shares = Shares(machine: Machine(cpus: 9, memory: 18))
    // The paper's example: tasks of <1 CPU, 4 GB> and <3 CPUs, 1 GB> on 9 CPUs and 18 GB.
    let placed = shares.place(
      (0..<9).map { waiting(1, "a\($0)", cpus: 1, memory: 4) }
        + (0..<9).map { waiting(2, "b\($0)", cpus: 3, memory: 1) }
    )
    #expect(placed.count { $0.run == 1 } == 3)
    #expect(placed.count { $0.run == 2 } == 2)
  }

  @Test func `a large step is passed over 16 times, then its share is kept free`() {
    var shares = Shares(machine: Machine(cpus: 4, memory: 1 << 30))
    var small = 0
    func more() -> Shares.Waiting {
      small += 1
      return waiting(1, "s\(small)")
    }
    var running = shares.place((0..<4).map { _ in more() }).map(\.step)
    _ = shares.place([waiting(2, "large", cpus: 4)])
    var passes = 0
    while running.count > 0 {
      shares.release(run: 1, step: running.removeFirst())
      let placed = shares.place([more()])
      if placed.contains(where: { $0.step == "large" }) { break }
      passes += placed.count
      running += placed.map(\.step)
      if passes == 16, running.count == 3 {
        #expect(reasons(shares, 2) == ["large waits for 4 CPUs held by r1 s18, r1 s19, r1 s20"])
        #expect(reasons(shares, 1)[0] == "s21 waits behind r2 large, which has waited longer")
      }
    }
    #expect(passes == 16)
    #expect(shares.holdings.keys.map(\.step) == ["large"])
  }

  @Test func `what cannot start because of somebody else's process keeps nothing free`() {
    var machine = Machine(cpus: 2, memory: 1 << 30)
    machine.gpus = [GPU(uuid: "GPU-0", index: 0, foreignUser: "alice")]
    var shares = Shares(machine: machine)
    #expect(shares.place([waiting(1, "train", cpus: 2, gpus: 1)]).isEmpty)
    #expect(reasons(shares, 1) == ["train waits for 1 GPU held by alice (not by Lathe)"])
    for step in 0..<50 {
      #expect(shares.place([waiting(2, "s\(step)")]).count == 1)
      shares.release(run: 2, step: "s\(step)")
    }
    shares.see(GPUReport(gpus: [GPU(uuid: "GPU-0", index: 0)]))
    #expect(shares.place().map(\.gpus) == [["GPU-0"]])
  }

  @Test func `GPUs and CPUs are given by name, each to one step`() {
    var machine = Machine(cpus: 4, memory: 1 << 30, cpuNumbers: [2, 3, 6, 7])
    machine.gpus = [
      GPU(uuid: "GPU-b", index: 1), GPU(uuid: "GPU-a", index: 0), GPU(uuid: "GPU-c", index: 2),
    ]
    var shares = Shares(machine: machine)
    let placed = shares.place([waiting(1, "a", cpus: 2, gpus: 2), waiting(2, "b", gpus: 1)])
    #expect(placed.map(\.gpus) == [["GPU-a", "GPU-b"], ["GPU-c"]])
    #expect(placed.map(\.cpuSet) == [[2, 3], [6]])
    #expect(shares.place([waiting(3, "c", gpus: 1)]).isEmpty)
    #expect(reasons(shares, 3) == ["c waits for 1 GPU held by r1 a, r2 b"])
    shares.release(run: 1, step: "a")
    #expect(shares.place().map(\.gpus) == [["GPU-a"]])
  }

  @Test func `no GPU is given away while it is in doubt whether it is free`() {
    var machine = Machine(cpus: 4, memory: 1 << 30)
    machine.gpus = [GPU(uuid: "GPU-0", index: 0)]
    var shares = Shares(machine: machine)
    shares.doubtGPUs()
    #expect(names(shares.place([waiting(1, "a", gpus: 1), waiting(1, "b")])) == ["r1 b"])
    #expect(reasons(shares, 1) == ["a waits for 1 GPU, of which nvidia-smi is being asked"])
    #expect(shares.isWaitingForGPUs)
    shares.see(GPUReport(fault: "nvidia-smi failed."))
    #expect(reasons(shares, 1) == ["a waits for 1 GPU: nvidia-smi failed."])
    shares.see(GPUReport())
    #expect(shares.place().isEmpty)
    #expect(reasons(shares, 1) == ["a waits for 1 GPU: nvidia-smi tells of none"])
    shares.see(GPUReport(gpus: machine.gpus))
    #expect(shares.place().map(\.gpus) == [["GPU-0"]])
    #expect(!shares.isWaitingForGPUs)
  }

  @Test func `a run keeps to the GPUs of its shell, and to its instance's number of them`() {
    var machine = Machine(cpus: 8, memory: 1 << 30)
    machine.gpus = (0..<4).map { GPU(uuid: "GPU-\($0)", index: $0) }
    machine.gpus[0].foreignUser = "bob"
    var shares = Shares(machine: machine)
    var step = waiting(1, "a", gpus: 1)
    step.visible = VisibleGPUs(["CUDA_VISIBLE_DEVICES": "0,2"])
    #expect(shares.place([step]).map(\.gpus) == [["GPU-2"]])
    step.step = "b"
    #expect(shares.place([step]).isEmpty)
    #expect(
      reasons(shares, 1) == [
        "b waits for 1 GPU of CUDA_VISIBLE_DEVICES=0,2 held by r1 a, bob (not by Lathe)"
      ]
    )
    let limits = Shares.Limits(gpus: 1)
    let placed = shares.place([
      waiting(2, "c", gpus: 1, in: "small", limits: limits),
      waiting(2, "d", gpus: 1, in: "small", limits: limits),
    ])
    #expect(placed.map(\.gpus) == [["GPU-1"]])
    #expect(reasons(shares, 2) == ["d waits for 1 GPU of 'small' held by r2 c"])
    shares.release(run: 1, step: "a")
    #expect(shares.place().map(\.gpus) == [["GPU-2"]])
  }

  @Test func `what a run with GPUs of its own has waited for long is kept free for it`() {
    var machine = Machine(cpus: 64, memory: 1 << 30)
    machine.gpus = (0..<2).map { GPU(uuid: "GPU-\($0)", index: $0) }
    var shares = Shares(machine: machine)
    #expect(shares.place([waiting(2, "s0", gpus: 1), waiting(2, "s1", gpus: 1)]).count == 2)
    var wish = waiting(1, "mine", gpus: 1)
    wish.visible = VisibleGPUs(["CUDA_VISIBLE_DEVICES": "1"])
    _ = shares.place([wish])
    // GPU 0 alone becomes free, over and over, and then GPU 1.
    for step in 2..<22 {
      shares.release(run: 2, step: step == 2 ? "s0" : "s\(step - 1)")
      #expect(shares.place([waiting(2, "s\(step)", gpus: 1)]).map(\.gpus) == [["GPU-0"]])
    }
    #expect(shares.reservation()?.run == 1)
    shares.release(run: 2, step: "s1")
    #expect(names(shares.place([waiting(2, "late", gpus: 1)])) == ["r1 mine"])
  }

  @Test func `a run keeps to its own number of steps at once`() {
    var shares = Shares(machine: Machine(cpus: 8, memory: 1 << 30))
    #expect(shares.place((0..<5).map { waiting(1, "s\($0)", parallel: 2) }).count == 2)
    #expect(shares.reasons(of: 1).count == 3)
    #expect(
      reasons(shares, 1)[0]
        == "s2 waits: at most 2 of the run's steps run at once (max_parallel_steps)"
    )
    shares.release(run: 1, step: "s0")
    #expect(names(shares.place()) == ["r1 s2"])
  }

  @Test func `only the first 32 of a run are told what they wait for`() {
    var shares = Shares(machine: Machine(cpus: 1, memory: 1))
    let steps = (0..<10_000).map { waiting(1, "s\($0)", cpus: 1, memory: $0 % 2) }
    #expect(names(shares.place(steps)) == ["r1 s0"])
    #expect(shares.waitingCount == 9_999)
    #expect(shares.reasons(of: 1).map(\.step) == (1...32).map { "s\($0)" })
    shares.withdraw(run: 1)
    #expect(shares.waitingCount == 0)
    #expect(shares.reasons(of: 1).isEmpty)
  }

  // MARK: Laws

  /// Whole CPUs with an even seed, else parts of them as well.
  private func cpus(upTo most: Int, _ seed: UInt64, _ random: inout Seeded) -> CPUs {
    let whole = CPUs(Int.random(in: 1...most, using: &random))
    guard seed % 2 == 1 else { return whole }
    let parts: [CPUs] = [0.01, 0.1, 0.25, 0.333, 0.5, whole - 0.001, whole]
    return parts.randomElement(using: &random) ?? whole
  }

  @Test(arguments: 0..<30)
  func `at any time the books agree, nothing is overdrawn, what fits runs, and all run in the end`(
    seed: UInt64
  ) {
    var random = Seeded(seed: seed)
    var machine = Machine(cpus: Int.random(in: 1...8, using: &random), memory: 100)
    let gpuCount = Int.random(in: 0...3, using: &random)
    machine.gpus = (0..<gpuCount).map { GPU(uuid: "GPU-\($0)", index: $0) }
    var shares = Shares(machine: machine)
    let caps = [
      "i0": Shares.Limits(),
      "i1": Shares.Limits(cpus: CPUs(Int.random(in: 1...machine.cpus, using: &random)), memory: 60),
    ]
    var known: [Shares.Name: Shares.Waiting] = [:]
    var open: Set<Shares.Name> = []
    var running: Set<Shares.Name> = []
    var count = 0
    var placements = 0
    while count < 80 || !open.isEmpty {
      var new: [Shares.Waiting] = []
      while count < 80, Int.random(in: 0..<3, using: &random) > 0 {
        let run = Int.random(in: 1...4, using: &random)
        let instance = "i\(run % 2)"
        let cap = caps[instance] ?? .init()
        let step = waiting(
          run,
          "s\(count)",
          cpus: cpus(upTo: cap.cpus?.roundedUp ?? machine.cpus, seed, &random),
          memory: [0, 10, 50, 60].randomElement(using: &random) ?? 0,
          gpus: Int.random(in: 0...gpuCount, using: &random),
          in: instance,
          limits: cap,
          parallel: run == 3 ? 2 : nil
        )
        count += 1
        known[.init(run: run, step: step.step)] = step
        open.insert(.init(run: run, step: step.step))
        new.append(step)
      }
      if Int.random(in: 0..<20, using: &random) == 0,
        let name = open.subtracting(running).subtracting(
          new.map { .init(run: $0.run, step: $0.step) }
        )
        .min(by: { $0.step < $1.step })
      {
        shares.withdraw(run: name.run, step: name.step)
        open.remove(name)
      }
      for placement in shares.place(new) {
        let name = Shares.Name(run: placement.run, step: placement.step)
        #expect(open.contains(name) && running.insert(name).inserted)
        #expect(placement.gpus.count == known[name]?.wants.gpus)
        let least = known[name]?.wants.cpus.roundedUp ?? 0
        #expect(placement.cpuSet.count == least || seed % 2 == 1 && placement.cpuSet.count > least)
        placements += 1
      }
      check(shares, running.compactMap { known[$0] }, machine)
      #expect(Set(shares.holdings.keys) == running)
      #expect(shares.waitingCount == open.count - running.count)
      let idle = open.subtracting(running)
      if shares.reservation() == nil {
        #expect(!idle.contains { known[$0].map { fits($0, shares) } ?? true })
      }
      for run in 1...4 {
        let told = shares.reasons(of: run)
        #expect(told.count == min(32, idle.count { $0.run == run }))
        #expect(!told.contains { $0.reason.contains("its turn") })
      }
      #expect(!running.isEmpty || open.isEmpty || count < 80)
      // Some of what runs ends.
      for name in running.sorted(by: { $0.step < $1.step })
      where Int.random(in: 0..<3, using: &random) == 0 {
        shares.release(run: name.run, step: name.step)
        running.remove(name)
        open.remove(name)
      }
    }
    #expect(shares.holdings.isEmpty && shares.waitingCount == 0 && shares.runs.isEmpty)
    #expect(placements > 50)
  }

  private func fits(_ step: Shares.Waiting, _ shares: Shares) -> Bool {
    shares.runs[step.run]?.isAtLimit == false && step.wants.fits(in: shares.room(for: step.run))
  }

  private func check(_ shares: Shares, _ running: [Shares.Waiting], _ machine: Machine) {
    func sum(_ steps: [Shares.Waiting]) -> Shares.Amounts {
      steps.reduce(into: .init()) { $0.add($1.wants) }
    }
    #expect(sum(running) == shares.used)
    #expect(
      shares.used.fits(in: .init(cpus: CPUs(machine.cpus), memory: 100, gpus: machine.gpus.count))
    )
    for (instance, steps) in Dictionary(grouping: running, by: \.instance) {
      #expect(shares.usedByInstance[instance] == sum(steps))
      let limits = steps[0].limits
      #expect(sum(steps).cpus <= limits.cpus ?? CPUs(machine.cpus))
      #expect(sum(steps).memory <= limits.memory ?? .max)
    }
    #expect(running.count { $0.run == 3 } <= 2)
    let gpus = shares.holdings.values.flatMap(\.gpus)
    #expect(Set(gpus).count == gpus.count)
    var given: [Int: CPUs] = [:]
    for holding in shares.holdings.values {
      #expect(holding.parts.values.reduce(0, +) == holding.amounts.cpus)
      given.merge(holding.parts, uniquingKeysWith: +)
    }
    #expect(given.values.allSatisfy { $0 <= 1 })
  }

  @Test(arguments: 0..<20)
  func `no step waits for ever beside an endless stream of others`(seed: UInt64) {
    var random = Seeded(seed: seed)
    var shares = Shares(machine: Machine(cpus: 6, memory: 1 << 30))
    var running: [Shares.Placement] = []
    let large = (1...3).map { waiting(10 + $0, "large", cpus: CPUs(3 + $0)) }
    running += shares.place(large)
    var isLargeDone: Set<Int> = Set(running.map(\.run))
    var placements = 0
    var number = 0
    while isLargeDone.count < 3, placements < 1000 {
      var new: [Shares.Waiting] = []
      while new.count < 4 {
        number += 1
        new.append(
          waiting(
            Int.random(in: 1...9, using: &random),
            "s\(number)",
            cpus: seed % 2 == 0
              ? CPUs(Int.random(in: 1...2, using: &random))
              : [0.25, 0.5, 1, 2].randomElement(using: &random) ?? 1
          )
        )
      }
      let placed = shares.place(new)
      placements += placed.count
      running += placed
      for placement in placed where placement.step == "large" { isLargeDone.insert(placement.run) }
      running.shuffle(using: &random)
      for ended in running.prefix(1) { shares.release(run: ended.run, step: ended.step) }
      running.removeFirst(min(1, running.count))
    }
    // Each one is passed over 16 times at most, and what runs then ends.
    #expect(isLargeDone.count == 3)
    let most = seed % 2 == 0 ? 6 : 24
    #expect(placements <= 3 * (16 + most) + most)
  }
}
