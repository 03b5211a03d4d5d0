import CSystem
import Foundation
import Glibc
import Store
import Testing

@testable import Engine

/// A runner that takes attempt after attempt over a channel.
struct RunnerTests {
  private static let ended = AgentRequest.ended(run: 1, step: "a", attempt: 1)

  // MARK: The channel

  @Test func `attempts run one after the other, claimed once and ended once`() throws {
    let seat = try RunnerSeat()
    let specs = [seat.spec("a", "echo one"), seat.spec("b", "echo two; exit 3")]
    for spec in specs { try seat.run(spec) }
    #expect(try seat.ending()?.status == .succeeded)
    let second = try seat.ending()
    #expect(second?.reason == "Exit code 3: two")
    #expect(second?.cause == .exit)
    #expect(ExitRecord.read(seat.folder("b")) == second)
    // No runner lives in the claim any more, and the spec is in it.
    guard case .dead(let claim) = Claim.state(of: seat.folder("a")) else {
      Issue.record("still claimed")
      return
    }
    #expect(claim?.spec == specs[0])
    #expect(try AttemptSpec.read(seat.folder("b")) == specs[1])
    #expect(access(seat.folder("a").spec, F_OK) != 0)
    // The same again is not the runner's any more.
    try seat.run(specs[0])
    #expect(
      try seat.report()
        == .refused(
          folder: seat.folder("a").path,
          Refusal(reason: "It was given up, or another step runner has claimed it.")
        )
    )
    try seat.order(.end)
    #expect(try seat.report() == nil)
    #expect(seat.end() == 0)
    #expect(seat.requests.isEmpty)
  }

  @Test func `an attempt that was given up is not begun`() throws {
    let seat = try RunnerSeat()
    #expect(try Claim.giveUp(seat.folder("a")))
    #expect(try seat.record(of: seat.spec("a", "true")) == nil)
    #expect(access(seat.folder("a").log, F_OK) != 0)
  }

  @Test func `an agent that dies leaves the runner its attempt, and another agent is told`() throws
  {
    let seat = try RunnerSeat()
    try seat.run(seat.spec("a", "touch ../begun; while [ ! -e ../go ]; do sleep 0.02; done"))
    try seat.run(seat.spec("b", "true"))
    #expect(seat.wait(for: seat.folder("a").path + "/begun"))
    seat.hangUp()
    try Data().write(to: URL(filePath: seat.folder("a").path + "/go"))
    #expect(seat.end() == 0)
    #expect(ExitRecord.read(seat.folder("a"))?.status == .succeeded)
    #expect(seat.requests == [Self.ended])
    // What was not begun is the next agent's to decide.
    #expect(Claim.state(of: seat.folder("b")) == .unclaimed)
  }

  @Test(arguments: [
    [], [0], [0, 0], [0x72], [0x72, 0x2f], [0x7a, 0x2f, 0], [0x72, 0x2f, 0, 0x7b],
  ])
  func `a message that is none ends the channel`(body: [UInt8]) throws {
    let frame = try Wire.frame(body)
    var buffer = frame
    #expect(throws: (any Error).self) { try Wire.takeReport(from: &buffer) }
    let seat = try RunnerSeat()
    try seat.sendBytes(frame)
    #expect(seat.end() == 0)
  }

  @Test func `messages come through as they are`() throws {
    let seat = try RunnerSeat()
    let spec = seat.spec("ä b", "true")
    let packed = try PackedSpec(spec)
    #expect(try packed.spec() == spec)
    let orders: [RunnerOrder] = [.run(packed, folder: "/a/ü"), .stop(attempt: "/b"), .end]
    var bytes = try orders.flatMap { try Wire.frame($0) }
    for order in orders { #expect(try Wire.takeOrder(from: &bytes) == order) }
    let reports: [RunnerReport] = [
      .watched(folder: ""), .watched(folder: "/a"),
      .refused(folder: "/c d", Refusal(reason: "no", cause: .diskFull)),
    ]
    bytes = try reports.flatMap { try Wire.frame($0) }
    for report in reports { #expect(try Wire.takeReport(from: &bytes) == report) }
    #expect(bytes.isEmpty)
  }

  @Test func `an agent that dies after an end was told it, as it may not have read it`() throws {
    let seat = try RunnerSeat()
    #expect(try seat.record(of: seat.spec("a", "true")) != nil)
    seat.hangUp()
    #expect(seat.end() == 0)
    #expect(seat.requests == [Self.ended])
  }

  @Test func `an agent that dies behind its order is replaced, though nothing was begun`() throws {
    let seat = try RunnerSeat(early: { seat in
      try seat.run(seat.spec("a", "true"))
      seat.hangUp()
    })
    #expect(seat.end() == 0)
    #expect(seat.requests == [Self.ended])
    #expect(Claim.state(of: seat.folder("a")) == .unclaimed)
  }

  @Test func `a runner that is to end finishes what it has`() throws {
    let seat = try RunnerSeat()
    try seat.run(seat.spec("a", "touch ../begun; while [ ! -e ../go ]; do sleep 0.02; done"))
    #expect(seat.wait(for: seat.folder("a").path + "/begun"))
    try seat.order(.end)
    try Data().write(to: URL(filePath: seat.folder("a").path + "/go"))
    #expect(try seat.ending()?.status == .succeeded)
    #expect(seat.end() == 0)
    #expect(seat.requests == [Self.ended])
  }

  @Test func `a message that is none ends the channel`() throws {
    let seat = try RunnerSeat()
    try seat.order(.stop(attempt: "/nowhere"))
    try seat.sendBytes([0, 0, 0, 2, 123, 123])
    #expect(seat.end() == 0)
  }

  // MARK: Stops

  @Test func `a stop order is the user's`() throws {
    let seat = try RunnerSeat()
    try seat.run(seat.spec("a", "touch ../begun; sleep 600"))
    #expect(seat.wait(for: seat.folder("a").path + "/begun"))
    try seat.order(.stop(attempt: seat.folder("a").path))
    let record = try seat.ending()
    #expect(record?.status == .stopped)
    #expect(record?.reason == "Stopped by the user.")
    // The next attempt is none of the stop's business.
    #expect(try seat.record(of: seat.spec("b", "true"))?.status == .succeeded)
  }

  @Test func `an attempt that is stopped before it begins is refused`() throws {
    let seat = try RunnerSeat()
    try seat.run(seat.spec("a", "touch ../begun; while [ ! -e ../go ]; do sleep 0.02; done"))
    #expect(seat.wait(for: seat.folder("a").path + "/begun"))
    try seat.run(seat.spec("b", "true"))
    try seat.order(.stop(attempt: seat.folder("b").path))
    #expect(
      try seat.report()
        == .refused(folder: seat.folder("b").path, Refusal(reason: "Stopped before it began."))
    )
    try Data().write(to: URL(filePath: seat.folder("a").path + "/go"))
    #expect(try seat.ending()?.status == .succeeded)
    #expect(access(seat.folder("b").claim, F_OK) != 0)
  }

  @Test(arguments: [false, true])
  func `a signal is the machine's, unless the user's wish stands beside it`(isUser: Bool) throws {
    let seat = try RunnerSeat()
    try seat.run(seat.spec("a", "touch ../begun; sleep 600"))
    #expect(seat.wait(for: seat.folder("a").path + "/begun"))
    if isUser { try Data().write(to: URL(filePath: seat.folder("a").stop)) }
    seat.tellToEnd()
    let record = try seat.ending()
    #expect(record?.status == (isUser ? .stopped : .failed))
    #expect(record?.cause == (isUser ? nil : .lost))
    #expect(record?.reason?.contains("SIGTERM") == !isUser)
  }

  @Test func `a runner without an attempt ends when it is told to`() throws {
    let seat = try RunnerSeat()
    seat.tellToEnd()
    #expect(seat.end() == 0)
    #expect(seat.requests.isEmpty)
  }

  // MARK: Limits

  @Test func `a script that runs too long is ended, first in good manners`() throws {
    let seat = try RunnerSeat()
    var spec = seat.spec("a", "trap 'echo bye; exit 0' TERM; echo hello; sleep 600 & wait")
    spec.limits = AttemptSpec.Limits(timeout: 0.3)
    let record = try seat.record(of: spec)
    #expect(record?.status == .failed)
    #expect(record?.cause == .timeout)
    #expect(record?.reason == "It ran longer than its limit of 0.3s (timeout:).")
    #expect(seat.log("a") == "hello\nbye\n")
  }

  @Test func `a script that takes no hint is killed after its time of grace`() throws {
    let seat = try RunnerSeat()
    var spec = seat.spec("a", "trap '' TERM; while true; do sleep 0.05; done")
    spec.limits = AttemptSpec.Limits(timeout: 0.2, grace: 0.2)
    let record = try seat.record(of: spec)
    #expect(record?.cause == .timeout)
    #expect(record?.signal == Int(SIGKILL))
  }

  @Test func `a script that uses more memory than its limit is killed for it`() throws {
    let seat = try RunnerSeat()
    var spec = seat.spec(
      "a",
      "exec python3 -c 'x = b\"x\" * (300 << 20); import time; time.sleep(60)'"
    )
    spec.limits = AttemptSpec.Limits(memory: 100 << 20)
    let record = try seat.record(of: spec)
    #expect(record?.status == .failed)
    #expect(record?.cause == .memory)
    let reason = try #require(record?.reason)
    #expect(reason.hasPrefix("It used "))
    #expect(
      reason.hasSuffix(
        " MiB of memory, more than its limit of 100 MiB (memory: in the pipeline)."
      )
    )
  }

  @Test func `a script has the processors that it was given, and the runner keeps its own`() throws
  {
    let seat = try RunnerSeat()
    let before = Processors.current
    let last = try #require(before.last)
    var spec = seat.spec("a", "grep Cpus_allowed_list /proc/self/status")
    spec.cpuSet = [last, 100_000]
    #expect(try seat.record(of: spec)?.status == .succeeded)
    #expect(seat.log("a") == "Cpus_allowed_list:\t\(last)\n")
    #expect(Processors.current == before)
  }

  // MARK: What it brings

  @Test func `a checkpoint folder is made, named, and left`() throws {
    let seat = try RunnerSeat()
    var spec = seat.spec("a", "echo 7 > $LATHE_CHECKPOINT/epoch")
    spec.checkpoint = seat.home.run(1) + "/a/checkpoint"
    #expect(try seat.record(of: spec)?.status == .succeeded)
    #expect(access(seat.home.run(1) + "/a/checkpoint/epoch", F_OK) == 0)
  }

  @Test(arguments: [false, true])
  func `a linked input that changes while it is read is told of`(changes: Bool) throws {
    let seat = try RunnerSeat()
    let data = seat.root + "/data"
    try makeFolder(data + "/in")
    try Data("1".utf8).write(to: URL(filePath: data + "/in/x"))
    let script = "cat data/in/x" + (changes ? "; echo 2 > \(data)/in/y" : "")
    var spec = seat.spec("a", script)
    spec.inputs = [
      AttemptSpec.Input(
        name: "big",
        artifact: Artifact(kind: .folder, digest: Digest(of: ""), size: 0),
        path: "data",
        link: data,
        stamp: InputStamp.of(data)
      )
    ]
    let record = try seat.record(of: spec)
    #expect(record?.status == .succeeded)
    #expect(record?.warning == (changes ? "Its input 'big' changed while it ran." : nil))
    #expect(seat.log("a") == "1")
  }

  @Test func `a script that writes has its bytes counted`() throws {
    let seat = try RunnerSeat()
    let record = try seat.record(
      of: seat.spec("a", "dd if=/dev/zero of=file bs=1M count=3 2>/dev/null; true")
    )
    if let written = record?.writtenBytes { #expect(written >= 3 << 20) }
    #expect(record?.status == .succeeded)
  }

  // MARK: What descends from a script

  /// Runs the body's attempt in a process whose only children are the script's.
  @Test func `a daemon in a session of its own ends with its script`() async throws {
    await #expect(processExitsWith: .exitCode(17)) {
      let seat = try RunnerSeat(isReaper: true)
      let script = """
        setsid bash -c 'echo $$ > ../daemon; exec sleep 600' < /dev/null > /dev/null 2>&1 &
        (setsid sleep 600 &) ; while [ ! -s ../daemon ]; do sleep 0.02; done
        """
      var spec = seat.spec("a", script)
      // Not found by its mark.
      spec.environment["LATHE_ATTEMPT"] = nil
      let record = try seat.record(of: spec)
      let text = try String(contentsOfFile: seat.folder("a").path + "/daemon", encoding: .utf8)
      let daemon = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 1
      let isDone = record?.status == .succeeded && kill(daemon, 0) != 0
      let second = try seat.record(of: seat.spec("b", "true"))
      exit(isDone && second?.status == .succeeded && lathe_ended_child() == -1 ? 17 : 1)
    }
  }

  @Test(
    arguments: [
      ("1 (a) S 0 7 8 0", nil),
      (
        "42 (a b) c) S 7 42 41 0 -1 0 0 0 0 0 1 2 3 4 20 0 1 0 99 1000 5 rest",
        [42, 7, 41, 10, 5 * sysconf(Int32(_SC_PAGESIZE))]
      ),
      ("", nil), ("x (y)", nil),
    ] as [(String, [Int]?)]
  )
  func `a process is known by its line`(line: String, facts: [Int]?) {
    let found = ProcessFacts(stat: line)
    #expect(
      found.map { [Int($0.pid), Int($0.parent), Int($0.session), $0.ticks, $0.memory] } == facts
    )
  }

  @Test(arguments: [(2 << 30, "2 GiB"), (2_254_857_830, "2.1 GiB"), (100, "100 bytes")])
  func `sizes are told as limits are written`(size: Int, text: String) {
    #expect(Amount.bytes(size) == text)
  }

  @Test(
    arguments: [(7200, "2h"), (5400, "1h30m"), (90, "1m30s"), (0.5, "0.5s"), (86_400, "1d")]
      as [(Double, String)]
  )
  func `times are told as limits are written`(seconds: Double, text: String) {
    #expect(Amount.time(seconds) == text)
  }
}
