import CSystem
import Documents
import Foundation
import Glibc
import Pipelines
import Series
import Store
import Testing

@testable import Engine

/// What passes between runner and agent by files and by the socket.
struct AttemptTests {
  private let site: RunSite
  private let attempt: AttemptFolder

  init() throws {
    site = try RunSite()
    attempt = AttemptFolder(path: site.root + "/attempt")
    try makeFolder(attempt.path)
  }

  // MARK: Claims

  @Test func `a claim is locked while its runner lives, and taken once`() throws {
    #expect(Claim.state(of: attempt) == .unclaimed)
    let lock = try #require(try Claim.take(attempt))
    #expect(Claim.state(of: attempt) == .alive(.ofThisProcess()))
    #expect(try Claim.take(attempt) == nil)
    #expect(Claim.state(of: attempt) == .alive(.ofThisProcess()))
    close(lock)
    #expect(Claim.state(of: attempt) == .dead(.ofThisProcess()))
    // The dead one's attempt is never run again.
    #expect(try Claim.take(attempt) == nil)
    let names = try FileManager.default.contentsOfDirectory(atPath: attempt.path)
    #expect(names == ["claim"])
  }

  @Test(arguments: [true, false])
  func `of several that put a file, one is first, and it lies there whole`(isUnnamed: Bool) throws {
    let path = attempt.path + "/first"
    func put(_ text: String, at path: String) throws -> Int32? {
      try FirstFile.put(Data(text.utf8), at: path, isLocked: true, isUnnamed: isUnnamed)
    }
    let lock = try #require(try put("one", at: path))
    #expect(try put("another", at: path) == nil)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "one")
    let other = open(path, O_RDWR | O_CLOEXEC)
    #expect(flock(other, LOCK_SH | LOCK_NB) == -1)
    close(lock)
    #expect(flock(other, LOCK_SH | LOCK_NB) == 0)
    close(other)
    #expect(try FileManager.default.contentsOfDirectory(atPath: attempt.path) == ["first"])
    #expect(throws: SystemFailure.self) { try put("one", at: attempt.path + "/none/first") }
  }

  @Test func `a damaged claim is a dead one`() throws {
    try Data("{".utf8).write(to: URL(filePath: attempt.claim))
    #expect(Claim.state(of: attempt) == .dead(nil))
  }

  @Test func `a claim holds its spec without secrets, and one of an earlier version is read`()
    throws
  {
    var spec = try RunnerSeat().spec("a", "true")
    spec.environment["TOKEN"] = "t0p-secret"
    spec.secrets = ["TOKEN"]
    spec.keyParts = ["input data": Digest(of: "1")]
    let packed = try PackedSpec(spec)
    #expect(try packed.spec() == spec)
    close(try #require(try Claim.take(attempt, for: packed.withoutSecrets(of: spec))))
    #expect(site.read(attempt.claim)?.contains("t0p-secret") == false)
    spec.environment["TOKEN"] = nil
    #expect(Claim.read(attempt)?.spec == spec)

    var earlier = Claim.ofThisProcess()
    earlier.spec = spec
    try JSONEncoder.keepingNaN.encode(earlier).write(to: URL(filePath: attempt.claim))
    #expect(Claim.read(attempt) == earlier)
  }

  @Test func `two claims at once give one lock`() async throws {
    let attempt = attempt
    let locks = try await withThrowingTaskGroup(of: Int32?.self) { group in
      for _ in 0..<2 { group.addTask { try Claim.take(attempt) } }
      return try await group.reduce(into: [Int32]()) { if let lock = $1 { $0.append(lock) } }
    }
    #expect(locks.count == 1)
    for lock in locks { close(lock) }
  }

  @Test func `what is given up is never claimed, and what is claimed is not given up`() throws {
    #expect(try Claim.giveUp(attempt))
    #expect(try Claim.giveUp(attempt))
    #expect(Claim.state(of: attempt) == .givenUp)
    #expect(try Claim.take(attempt) == nil)
    let other = AttemptFolder(path: attempt.path + "/other")
    try makeFolder(other.path)
    let lock = try #require(try Claim.take(other))
    #expect(try !Claim.giveUp(other))
    close(lock)
    #expect(try !Claim.giveUp(other))
    #expect(Claim.state(of: other) == .dead(.ofThisProcess()))
  }

  @Test func `of a claim and its giving up at once, one comes to be`() async throws {
    for round in 0..<200 {
      let folder = AttemptFolder(path: attempt.path + "/\(round)")
      try makeFolder(folder.path)
      async let lock = Claim.take(folder)
      async let isGivenUp = Claim.giveUp(folder)
      let (taken, given) = try await (lock, isGivenUp)
      #expect((taken != nil) != given)
      if let taken { close(taken) }
    }
  }

  @Test func `a process's start time is read behind any name`() throws {
    #expect(Claim.startTime(of: getpid()) ?? 0 > 0)
    #expect(Claim.startTime(of: -1) == nil)
    #expect(Claim.ofThisProcess().identity == .current)
  }

  // MARK: A stop

  @Test func `a stop is answered while an output is hashed`() throws {
    let spec = AttemptSpec(
      run: 1,
      step: "a",
      attempt: 1,
      home: site.home.folder,
      state: site.home.state,
      arguments: ["truncate", "-s", "4G", "model.bin"],
      environment: ["PATH": "/usr/bin:/bin"],
      code: try site.store.put(Data(Manifest().text.utf8)),
      inputs: [],
      outputs: ["model": "model.bin"],
      metrics: []
    )
    try JSONEncoder().encode(spec).write(to: URL(filePath: attempt.spec))
    try Data().write(to: URL(filePath: attempt.stop))
    let watch = InputWatch()
    watch.start()
    #expect(watch.add(site.store.folder + "/tmp", UInt32(IN_CREATE)) >= 0)
    var ends: [Int32] = [-1, -1]
    #expect(lathe_pipe(&ends) == 0)
    let (signals, stop, hashing) = (ends[0], ends[1], watch.descriptor)
    defer { close(signals) }
    _ = fcntl(signals, F_SETFL, O_NONBLOCK)
    Thread.detachNewThread {
      var entry = pollfd(fd: hashing, events: Int16(POLLIN), revents: 0)
      _ = poll(&entry, 1, 60_000)
      var information = [UInt8](repeating: 0, count: 128)
      information[0] = UInt8(SIGTERM)
      _ = write(stop, information, information.count)
      close(stop)
    }
    let path = attempt.path
    #expect(StepRunner.run(attempt: path, signals: signals, grace: 0, telling: { _, _ in }) == 0)
    _ = watch.take { _, _, _ in }
    let record = ExitRecord.read(attempt)
    #expect(record?.status == .stopped)
    #expect(record?.exitCode == 0)
    #expect(record?.outputs.isEmpty == true)
  }

  // MARK: Exit records

  @Test func `the first exit record stays, NaN and all`() throws {
    var record = ExitRecord(
      status: .succeeded,
      exitCode: 0,
      started: Date(timeIntervalSince1970: 1),
      ended: Date(timeIntervalSince1970: 2),
      outputs: ["o": Artifact(kind: .file, digest: Digest(of: "x"), size: 1)],
      metrics: [
        MetricSummary(
          run: 1,
          step: "s",
          name: "m",
          count: 1,
          last: .infinity,
          lastStep: 0,
          min: -.infinity,
          minStep: 0,
          max: 1e308,
          maxStep: 0
        )
      ],
      sparkline: [0.1],
      peakMemory: 1,
      cpuSeconds: 0.5
    )
    #expect(ExitRecord.read(attempt) == nil)
    try record.publish(in: attempt)
    let first = record
    record.status = .failed
    try record.publish(in: attempt)
    #expect(ExitRecord.read(attempt) == first)
    #expect(try FileManager.default.contentsOfDirectory(atPath: attempt.path) == ["exit.json"])
    record.metrics[0].last = .nan
    let other = AttemptFolder(path: site.root + "/other")
    try makeFolder(other.path)
    try record.publish(in: other)
    #expect(ExitRecord.read(other)?.metrics.first?.last.isNaN == true)
  }

  // MARK: Lines and metrics

  private func lines(_ pieces: [[UInt8]]) -> [String] {
    var splitter = LogLines()
    var found: [String] = []
    for piece in pieces {
      piece.withUnsafeBytes {
        splitter.add($0) { found.append(String(decoding: $0, as: UTF8.self)) }
      }
    }
    splitter.finish { found.append(String(decoding: $0, as: UTF8.self)) }
    return found
  }

  @Test func `lines are the same however they are torn`() {
    let text = Array("one\ntwo ü🎉\r\nthree\r50%\r100%\n\nlast".utf8)
    let whole = lines([text])
    #expect(whole == ["one", "two ü🎉", "three", "50%", "100%", "last"])
    for cut in 0...text.count {
      #expect(lines([Array(text[..<cut]), Array(text[cut...])]) == whole)
    }
    #expect(lines(text.map { [$0] }) == whole)
  }

  @Test func `a line of 10 MB is given out in pieces`() {
    let piece = [UInt8](repeating: 97, count: 65_536)
    let found = lines(Array(repeating: piece, count: 160) + [Array("\nend\n".utf8)])
    #expect(found.last == "end")
    #expect(found.allSatisfy { $0.utf8.count <= 2 * LogLines.limit })
    #expect(found.dropLast().reduce(0) { $0 + $1.utf8.count } == 160 * 65_536)
  }

  private func series(_ regex: String, _ log: String) throws -> SeriesData? {
    let metric = AttemptSpec.Metric(name: "m", regex: regex, goal: nil, isMain: true)
    var input = try LogInput(metrics: [metric])
    var sink = try MetricSink(folder: attempt)
    for (index, line) in log.split(separator: "\n").enumerated() {
      sink.now = Double(index)
      Array(line.utf8).withUnsafeBufferPointer { input.take($0, into: &sink) }
    }
    try sink.flush()
    var reader = SeriesReader(folder: attempt.metrics)
    _ = try reader.refresh()
    return try reader["m"]?.allPoints()
  }

  @Test func `numbers are read as scripts print them`() throws {
    let log = """
      m=0.25
      m=1e-4
      m=.5
      m=-inf
      m=Infinity
      m=word
      m=95%
      m=3,
      m=
      no
      """
    let data = try #require(try series(#"m=(\S*)"#, log))
    #expect(data.values == [0.25, 1e-4, 0.5, -.infinity, .infinity, 95, 3])
    #expect(data.steps == [0, 1, 2, 3, 4, 5, 6])
    #expect(data.times == [0, 1, 2, 3, 4, 6, 7])
    #expect(try series(#"m=(\S*)"#, "m=nan\nm=NaN")?.values.suffix(2).allSatisfy(\.isNaN) == true)
  }

  @Test(
    arguments: [
      (#"epoch (?P<step>\d+) m=(\S+)"#, "epoch 7 m=1\nepoch 9 m=2\nepoch 8 m=3", [7.0, 9, 8]),
      (#"m=(?P<value>\S+) at (?P<step>\S+)"#, "m=1 at 0.5\nm=2 at x\nm=3 at 2", [0.5, 1, 2]),
      (#"(\w+) m=(?P<value>\d)"#, "a m=1\nb m=2\nc m=3", [0, 1, 2]),
    ]
  )
  func `x is the step where there is one`(regex: String, log: String, steps: [Double]) throws {
    let data = try #require(try series(regex, log))
    #expect(data.values == [1, 2, 3])
    #expect(data.steps == steps)
  }

  @Test func `a pattern without a group finds nothing`() throws {
    #expect(try series("m=1", "m=1") == nil)
  }

  // MARK: Environment

  @Test func `a step gets what is documented and declared, and nothing else`() throws {
    let process = ProcessStep(
      command: .arguments([]),
      environment: ["SEED": Text("1")],
      passEnvironment: ["TOKEN"],
      cpus: 3
    )
    let shell = [
      "PATH": "/bin", "HOME": "/h", "LC_TIME": "C", "TOKEN": "t", "SECRET": "s", "PYTHONPATH": "/x",
      "LD_PRELOAD": "/evil.so", "BASH_ENV": "/evil.sh",
    ]
    let pipeline = Pipeline(
      name: "p",
      steps: [Step(name: "a", type: .training, work: .process(process))]
    )
    let kept = StepEnvironment.kept(of: shell, for: pipeline)
    #expect(kept.keys.sorted() == ["HOME", "LC_TIME", "PATH", "TOKEN"])
    let launch = LaunchBody(
      what: .command([]),
      token: "t",
      pipelineText: "",
      given: [:],
      environment: shell,
      instanceFolder: "/",
      paths: [:]
    )
    let run = RunRecord(
      id: 4,
      instance: "digits",
      pipeline: "p",
      status: .executing,
      created: Date(),
      pipelineFile: Digest(of: ""),
      code: Digest(of: "")
    )
    let environment = StepEnvironment.of(
      process,
      declared: ["SEED": "1", "LATHE_ATTEMPT": "/hidden", "PATH": "/own"],
      launch: launch,
      run: run,
      step: "a",
      attempt: attempt,
      module: "/share/python"
    )
    #expect(
      environment == [
        "PATH": "/own", "HOME": "/h", "LC_TIME": "C", "TOKEN": "t", "SEED": "1",
        "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "3", "LATHE_RUN": "r4", "LATHE_STEP": "a",
        "LATHE_INSTANCE": "digits", "LATHE_ATTEMPT": attempt.path, "SM_NUM_CPUS": "3",
        "PYTHONPATH": "/share/python",
        "LATHE_METRICS": attempt.metricLines, "LATHE_SDK": attempt.sdk,
      ]
    )
    #expect(StepEnvironment.channel("train-data") == "SM_CHANNEL_TRAIN_DATA")
  }
}
