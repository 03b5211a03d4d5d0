import Foundation
import Glibc
import Store
import Testing

@testable import Engine

/// Limits that are exceeded, and ends from outside: each is named in the step's reason.
struct LimitTests {
  private func seat() throws -> RunnerSeat { try RunnerSeat(groups: CgroupSite.find()) }

  private static let allocation =
    "python3 -c 'x = b\"x\" * (300 << 20); import time; time.sleep(60)'"

  /// Only where this process may make control groups: elsewhere `RunnerTests` tries what watches instead.
  @Test(.enabled(if: CgroupSite.find() != nil, "No control group can be written here."))
  func `the kernel holds a limit of memory, and the reason names it`() throws {
    let site = try #require(CgroupSite.find())
    let seat = try seat()
    var spec = seat.spec("a", "cat /proc/self/cgroup > ../groups; exec \(LimitTests.allocation)")
    spec.limits = AttemptSpec.Limits(memory: 100 << 20)
    let record = try seat.record(of: spec)
    #expect(record?.status == .failed && record?.cause == .memory)
    #expect(
      record?.reason
        == "It used more memory than its limit of 100 MiB (memory: in the pipeline), and the kernel killed it."
    )
    #expect((record?.peakMemory ?? 0) > 90 << 20 && (record?.peakMemory ?? 0) <= 101 << 20)
    let groups = try String(contentsOfFile: seat.folder("a").path + "/groups", encoding: .utf8)
    let name = "lathe-\(getpid())-"
    #expect(groups.contains(name))
    let parents =
      switch site {
      case .unified(let folder, _): [folder]
      case .legacy(let folders): Array(folders.values)
      }
    let own = groups.split(separator: "\n").compactMap { $0.split(separator: "/").last }
      .filter { $0.hasPrefix(name) }
    #expect(!parents.contains { parent in own.contains { access("\(parent)/\($0)", F_OK) == 0 } })
  }

  @Test(.enabled(if: CgroupSite.find() != nil, "No control group can be written here."))
  func `a child that the kernel kills for the limit ends the step, whatever its parent does`()
    throws
  {
    let seat = try seat()
    var spec = seat.spec("a", "\(LimitTests.allocation); sleep 600")
    spec.limits = AttemptSpec.Limits(memory: 100 << 20)
    spec.limits.memoryOf = "ml.t3.medium"
    let record = try seat.record(of: spec)
    #expect(record?.status == .failed && record?.cause == .memory)
    #expect(record?.reason?.contains("limit of 100 MiB (its instance is an ml.t3.medium)") == true)
  }

  @Test(.enabled(if: CgroupSite.find() != nil, "No control group can be written here."))
  func `a step within its limits does not notice them`() throws {
    let seat = try seat()
    var spec = seat.spec("a", "python3 -c 'print(sum(range(3000000)))'")
    spec.limits = AttemptSpec.Limits(memory: 500 << 20, cpus: 1)
    let record = try seat.record(of: spec)
    #expect(record?.status == .succeeded && record?.reason == nil)
    #expect(seat.log("a") == "4499998500000\n")
    #expect((record?.cpuSeconds ?? 0) > 0)
  }

  @Test func `a script that somebody else killed is not said to have failed by itself`() throws {
    let seat = try RunnerSeat()
    let record = try seat.record(of: seat.spec("a", "kill -KILL $$"))
    #expect(record?.cause == .signal && record?.signal == Int(SIGKILL))
    #expect(
      record?.reason == """
        The script was killed by SIGKILL from outside Lathe (the kernel's out-of-memory killer, an \
        administrator or a job scheduler?).
        """
    )
  }

  @Test(arguments: [
    (
      137, "",
      "A process of the script was killed by SIGKILL from outside Lathe (the kernel's out-of-memory killer, an administrator or a job scheduler?), exit code 137."
    ),
    (139, "", "Exit code 139 (SIGSEGV)."), (1, "ValueError: bad", "Exit code 1: ValueError: bad"),
    (200, "", "Exit code 200."), (143, "x", "Exit code 143 (SIGTERM): x"),
  ])
  func `an exit code that stands for a signal says so`(code: Int, line: String, reason: String) {
    var end = ScriptEnd()
    end.exitCode = code
    end.lastLine = line
    #expect(end.verdict?.reason == reason)
    #expect(end.verdict?.cause == (code == 137 ? .signal : .exit))
  }

  @Test func `memory that ran out is told of, whichever process was killed for it`() {
    var end = ScriptEnd()
    end.exitCode = 137
    end.ranOutOfMemory = true
    #expect(end.verdict?.cause == .memory)
    #expect(
      end.verdict?.reason
        == "The system killed a process of the script (SIGKILL, exit code 137) because memory ran out."
    )
  }

  // MARK: GPUs

  /// The samples begin with the second second: the script waits until the first have been told.
  @Test func `a step's GPUs are sampled by one process, which ends with it`() throws {
    let smi = try FakeSMI(
      script: """
        echo $$ > $LATHE_ATTEMPT/meter
        echo "$@" > $LATHE_ATTEMPT/arguments
        echo "warning: persistence mode is off"
        head -c 2000 /dev/urandom; echo
        echo "GPU-b, 87, 1024, 250.5, 61"
        echo "GPU-a, 12, 512, [N/A], 40"
        echo "GPU-a, 99, 512, [N/A], 40"
        touch $LATHE_ATTEMPT/told
        exec sleep 600
        """
    )
    let seat = try RunnerSeat()
    var spec = seat.spec("a", "while [ ! -e ../told ]; do sleep 0.05; done")
    spec.gpus = ["GPU-a", "MIG-c", "GPU-b"]
    spec.environment["PATH"] = smi.path
    let record = try seat.record(of: spec)
    #expect(record?.status == .succeeded)
    let last = Dictionary(
      uniqueKeysWithValues: (record?.metrics ?? []).map { ($0.name, $0.last) }
    )
    #expect(last["system/gpu.0.utilization"] == 12)
    #expect(last["system/gpu.0.memory"] == 536_870_912)
    #expect(last["system/gpu.0.power"] == nil)
    #expect(last["system/gpu.2.utilization"] == 87)
    #expect(last["system/gpu.2.power"] == 250.5)
    #expect(last["system/gpu.2.temperature"] == 61)
    let arguments = try String(
      contentsOfFile: seat.folder("a").path + "/arguments",
      encoding: .utf8
    )
    #expect(arguments.hasSuffix(" -l 2 -i GPU-a,GPU-b\n"))
    let meter = try String(contentsOfFile: seat.folder("a").path + "/meter", encoding: .utf8)
    #expect(isGone(Int32(meter.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 1))
  }

  @Test func `one that floods its reader is ended, and the step goes on`() throws {
    let smi = try FakeSMI(script: "touch $LATHE_ATTEMPT/begun; exec yes 'GPU-a, 1, 1, 1, 1'")
    let seat = try RunnerSeat()
    var spec = seat.spec(
      "a",
      """
      while [ ! -e ../begun ]; do sleep 0.05; done
      while pgrep -f "GPU-a, 1, 1, 1, [1]" > /dev/null; do sleep 0.05; done
      """
    )
    spec.gpus = ["GPU-a"]
    spec.environment["PATH"] = smi.path
    let record = try seat.record(of: spec)
    #expect(record?.status == .succeeded)
    let metric = record?.metrics.first { $0.name == "system/gpu.0.utilization" }
    #expect((metric?.count ?? 0) < 4)
  }
}
