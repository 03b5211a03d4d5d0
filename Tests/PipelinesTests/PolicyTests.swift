import Documents
import Pipelines
import Testing

/// What a step may ask for beside its command.
struct PolicyTests {
  private func step(_ keys: String, pipeline: String = "") throws -> ProcessStep {
    let (read, findings) = Pipeline.read(
      "\(pipeline)\nsteps: { a: { type: Training, run: x, \(keys) } }",
      name: "p"
    )
    #expect(findings == [])
    return try #require(read?.step("a")?.process)
  }

  @Test func `caching has an age`() throws {
    #expect(try step("cpu: 1").cache == CachePolicy())
    #expect(try step("cache: false").cache == CachePolicy(isEnabled: false))
    #expect(try step("cache: { expire: 7d }").cache == CachePolicy(expiresAfter: 604_800))
    #expect(
      try step("cache: { Enabled: true, ExpireAfter: P30D }").cache
        == CachePolicy(expiresAfter: 2_592_000)
    )
    #expect(
      try step("cpu: 1", pipeline: "cache: { expire: 1h }").cache
        == CachePolicy(expiresAfter: 3600)
    )
  }

  @Test func `retries are read in both spellings`() throws {
    #expect(
      try step("retry: [{ on: [Lathe.EXIT], interval: 2s, backoff: 1.5, max_attempts: 3 }]").retry
        == [RetryPolicy(exceptions: [.exit], interval: 2, backoff: 1.5, limit: .attempts(3))]
    )
    #expect(
      try step(
        "retry: { ExceptionType: [Step.THROTTLING, SageMaker.CAPACITY_ERROR], IntervalSeconds: 30, BackoffRate: 2.0, ExpireAfterMin: 30 }"
      ).retry
        == [
          RetryPolicy(
            exceptions: [.throttling, .capacityError],
            interval: 30,
            limit: .expireAfter(1800)
          )
        ]
    )
    #expect(
      try step("retry: [{ on: Lathe.TIMEOUT, expire_after: 30m }]").retry
        == [RetryPolicy(exceptions: [.timeout], limit: .expireAfter(1800))]
    )
    #expect(try step("retry: []", pipeline: "retry: [{ on: Lathe.EXIT }]").retry == [])
  }

  @Test func `a retry waits longer each time and gives up`() {
    let some = RetryPolicy(exceptions: [.exit], interval: 2, limit: .attempts(3))
    #expect((1...4).map { some.delay(afterFailures: $0, elapsed: 0) } == [2, 4, 8, nil])
    let timed = RetryPolicy(exceptions: [.exit], interval: 10, limit: .expireAfter(60))
    #expect(timed.delay(afterFailures: 1, elapsed: 50) == 10)
    #expect(timed.delay(afterFailures: 2, elapsed: 50) == nil)
    let never = RetryPolicy(exceptions: [.exit], limit: .attempts(0))
    #expect(never.delay(afterFailures: 1, elapsed: 0) == nil)
    let long = RetryPolicy(exceptions: [.exit], interval: 1, backoff: 10, limit: .attempts(20))
    #expect(long.delay(afterFailures: 20, elapsed: 0) == 43_200)
  }

  @Test(
    arguments: [
      ("1", 1, "1"), ("2.0", 2, "2"), ("0.5", 0.5, "0.5"), ("'0.25'", 0.25, "0.25"),
      ("0.290", 0.29, "0.29"), ("1e-1", 0.1, "0.1"), ("0.01", 0.01, "0.01"),
      ("1.005", 1.005, "1.005"), ("4096", 4096, "4096"),
    ] as [(String, CPUs, String)]
  )
  func `CPUs are whole or a part`(text: String, cpus: CPUs, told: String) throws {
    let read = try step("cpu: \(text)").cpus
    #expect(read == cpus)
    #expect("\(read)" == told)
    #expect(try step("code: x", pipeline: "cpu: \(text)").cpus == cpus)
  }

  @Test(
    arguments: [
      "0", "-1", "+1", "0.009", "0.0105", "0.5005", "4096.001", "1e300", ".nan", ".inf", "nan",
      "500m", "0x1", "half", "1,5",
    ]
  )
  func `what is no amount of CPUs is told what is`(text: String) {
    let (_, findings) = Pipeline.read(
      "steps:\n  a:\n    type: Training\n    run: x\n    cpu: \(text)\n",
      name: "p"
    )
    #expect(
      findings.map { "\($0.place.line) \($0.message) \($0.hint)" } == [
        """
        5 'cpu' has to be a number of CPUs from 0.01 to 4096, and is '\(text)'. \
        Write 2, 0.5 or 0.125: three digits behind the point at most.
        """
      ]
    )
  }

  @Test func `every amount of CPUs that can be written is read as what it was`() throws {
    for thousandths in 10...3210 {
      let cpus = CPUs(thousandths: thousandths)
      #expect(try step("cpu: \(cpus)").cpus == cpus)
    }
  }

  @Test func `limits, GPUs, checkpoints and secrets are read`() throws {
    let process = try step(
      "gpu: 2, timeout: 1h30m, grace: 0, checkpoint: true, secrets: [HF_TOKEN], pass_env: [A]",
      pipeline: "secrets: WANDB_API_KEY\npass_env: [HF_TOKEN]"
    )
    #expect(process.gpus == 2)
    #expect(process.timeout == 5400)
    #expect(process.grace == 0)
    #expect(process.checkpoint)
    #expect(process.secrets == ["WANDB_API_KEY", "HF_TOKEN"])
    #expect(process.passEnvironment == ["A"])
    let plain = try step("cpu: 2")
    #expect(plain.gpus == nil && plain.timeout == nil && plain.grace == 10 && !plain.checkpoint)
  }

  @Test(
    arguments: [
      ("data/a.csv", .path("data/a.csv")), ("{ path: data/a.csv }", .path("data/a.csv")),
      ("{ path: data/a, by: content }", .path("data/a")),
      ("{ path: data/a, by: stat }", .path("data/a", by: .stat)),
      ("{ path: /data/./imagenet/, by: stat }", .path("/data/imagenet", by: .stat)),
      ("{ path: /data/x, by: version, version: 3 }", .path("/data/x", by: .version("3"))),
      ("{ path: /data/x, version: v3 }", .path("/data/x", by: .version("v3"))),
    ] as [(String, ProcessStep.Input)]
  )
  func `an input says how it is judged`(text: String, input: ProcessStep.Input) throws {
    #expect(try step("inputs: { i: \(text) }").inputs == ["i": input])
  }

  @Test(arguments: [
    ("notify: /opt/tell", [["/opt/tell"]]),
    ("notify: [mail, -s, failed, me]", [["mail", "-s", "failed", "me"]]),
    ("notify: [[a, b], [c]]", [["a", "b"], ["c"]]),
    ("notify: [a, [b, c d]]", [["a"], ["b", "c d"]]),
  ])
  func `commands are told of failures`(text: String, commands: [[String]]) throws {
    let (read, findings) = Pipeline.read(
      "\(text)\nmax_parallel_steps: 3\nsteps: { a: { type: Training, run: x } }",
      name: "p"
    )
    #expect(findings == [])
    #expect(read?.notify == commands)
    #expect(read?.maxParallelSteps == 3)
  }

  @Test(arguments: [
    ("90", 90), ("1.5", 1.5), ("90s", 90), ("500ms", 0.5), ("30m", 1800), ("30min", 1800),
    ("2h", 7200), ("1h30m", 5400), ("7d", 604_800), ("2w", 1_209_600), ("5y", 157_680_000),
    ("1.5h", 5400), ("P30D", 2_592_000), ("p30d", 2_592_000), ("PT1H", 3600), ("T12H", 43_200),
    ("T16m", 960), ("30dT5h", 2_610_000), ("P4DT12H", 388_800), ("P1M", 2_592_000), ("PT1M", 60),
    ("P1Y2M", 36_720_000), ("P2W", 1_209_600),
  ])
  func `times are read as people and SageMaker write them`(text: String, seconds: Double) throws {
    #expect(try step("cache: { expire: \"\(text)\" }").cache.expiresAfter == seconds)
  }

  @Test(arguments: [
    "timeout: ▸soon", "timeout: ▸-1", "timeout: ▸1m2h", "timeout: ▸1h1h", "timeout: ▸P",
    "timeout: ▸PT",
    "timeout: ▸T", "timeout: ▸P1H", "timeout: ▸PT1D", "timeout: ▸1 h", "timeout: ▸1hT",
    "timeout: ▸0",
    "timeout: ▸1e99", "timeout: ▸nan", "grace: ▸2d", "gpu: ▸-1", "gpu: ▸1.5", "checkpoint: ▸yes",
    "secrets: [▸1A]", "secrets: ▸[A], env: { A: x }", "cache: { ▸expires: 7d }",
    "cache: { expire: ▸x }",
    "cache: { expire: 1d, ExpireAfter: ▸P1D }", "retry: ▸3", "retry: ▸{ interval: 1 }",
    "retry: { on: ▸[] }", "retry: { on: ▸Lathe.EXITS }", "retry: { on: Lathe.EXIT, backoff: ▸0.5 }",
    "retry: { on: Lathe.EXIT, max_attempts: ▸21 }", "retry: { on: Lathe.EXIT, interval: ▸13h }",
    "retry: { on: Lathe.EXIT, max_attempts: 2, expire_after: ▸1h }",
    "retry: { on: Lathe.EXIT, ExceptionType: ▸Lathe.EXIT }",
    "inputs: { i: { path: ▸/data } }", "inputs: { i: { path: /a, by: ▸mtime } }",
    "inputs: { i: ▸{ path: /a, by: version } }",
    "inputs: { i: { path: /a, by: stat, version: ▸1 } }",
    "inputs: { i: { path: ▸/a/../b, by: stat } }", "inputs: { i: { path: ▸../b, by: stat } }",
    "inputs: { i: ▸{ by: stat } }", "inputs: { i: { path: a, ▸judge: stat } }",
  ])
  func `what a step cannot ask for is told with its place`(text: String) {
    let (text, places) = marked("steps: { a: { type: Training, run: x, \(text) } }")
    let (pipeline, findings) = Pipeline.read(text, name: "p")
    #expect(pipeline == nil)
    #expect(findings.map(\.place) == places, "\(findings)")
  }

  @Test(arguments: ["notify: ▸a b", "notify: ▸[]", "notify: [a, [▸~]]", "max_parallel_steps: ▸0"])
  func `what a pipeline cannot ask for is told with its place`(text: String) {
    let (text, places) = marked("\(text)\nsteps: { a: { type: Training, run: x } }")
    let (pipeline, findings) = Pipeline.read(text, name: "p")
    #expect(pipeline == nil)
    #expect(findings.map(\.place) == places, "\(findings)")
  }

  @Test func `the help names the way`() {
    let (_, findings) = Pipeline.read(
      "steps: { a: { type: Training, run: x, timeout: soon, retry: { on: Lathe.EXITS } } }",
      name: "p"
    )
    #expect(
      findings.map { "\($0.message) \($0.hint)" } == [
        "'timeout' cannot be 'soon'. Write a time such as 90s, 30m, 1h30m, 7d or PT12H.",
        "There is no exception 'Lathe.EXITS'. Did you mean 'Lathe.EXIT'?",
      ]
    )
  }
}
