import Commands
import Documents
import Engine
import Store
import Testing

struct DoctorTests {
  private func text(_ findings: [Finding]) -> [String] { findings.flatMap(\.lines).map(\.plain) }

  @Test func `each GPU is told with who has it`() {
    let report = GPUReport(gpus: [
      GPU(uuid: "GPU-a", index: 0, name: "NVIDIA A100", memory: 40 << 30),
      GPU(uuid: "GPU-b", index: 1, name: "NVIDIA A100", foreignUser: "bob"),
      GPU(uuid: "MIG-c", index: 2, slot: 1, name: "NVIDIA A100 MIG 1g.5gb"),
    ])
    #expect(
      text(gpuFindings(report, holders: ["MIG-c": "r12 train"])) == [
        "ok      gpu 0       NVIDIA A100, 40 GiB: free",
        "ok      gpu 1       NVIDIA A100: taken by bob (not by Lathe)",
        "ok      gpu 2:1     NVIDIA A100 MIG 1g.5gb: held by r12 train",
      ]
    )
  }

  @Test func `a machine without GPUs has nothing wrong, a driver that fails has`() {
    #expect(
      text(gpuFindings(GPUReport(), holders: [:])) == [
        "ok      gpu         nvidia-smi tells of none."
      ]
    )
    let broken = GPUReport(fault: "nvidia-smi has not answered for 10s.")
    #expect(gpuFindings(broken, holders: [:]).map(\.verdict) == [.warning])
  }

  @Test func `what was set aside is no missing object`() {
    var audit = ObjectAudit()
    let aside = ObjectAudit.Fault(
      digest: digest("m"),
      state: .missing,
      names: ["r1 train model"],
      isAside: true
    )
    audit.faults = [aside]
    let finding = objectFinding(audit)
    #expect(finding.verdict == .warning)
    #expect(
      finding.message
        == "1 that was damaged is set aside: r1 train model (\(digest("m").short))."
    )
    audit.faults.append(.init(digest: digest("n"), state: .missing, names: ["r2 a b"]))
    #expect(objectFinding(audit).verdict == .problem)
    #expect(objectFinding(audit).message.hasPrefix("1 missing, 1 that was damaged is set aside: "))
  }

  @Test func `an agent of another version is told with the way to replace it`() {
    #expect(agentFinding(version: latheVersion).verdict == .ok)
    let older = agentFinding(version: "0.1")
    #expect(older.verdict == .warning && older.next.hasPrefix("lathe agent stop"))
    #expect(older.message == "It answers, and is of version 0.1; this is \(latheVersion).")
    #expect(agentFinding(version: nil).message.contains("of another version"))
  }

  @Test func `what is damaged is told, also where it cannot be moved aside`() {
    var audit = ObjectAudit()
    audit.objects = 3
    audit.faults = [
      ObjectAudit.Fault(digest: Digest(of: "x"), state: .damaged, names: ["r12 train model"])
    ]
    #expect(objectFinding(audit).next.hasPrefix("The next 'lathe run'"))
    let refused = objectFinding(
      audit,
      refusal: Explanation(
        what: "The home belongs to gpu1.",
        why: "It is only read.",
        next: "ssh gpu1"
      )
    )
    #expect(refused.verdict == .problem && refused.next == "ssh gpu1")
    #expect(refused.message.hasPrefix("1 damaged: r12 train model ("))
    #expect(
      refused.message.hasSuffix(
        "What is damaged was not moved aside: The home belongs to gpu1. It is only read."
      )
    )
  }

  @Test func `who holds the limits is told`() {
    #expect(
      limitsFinding(.unified("/g", ["memory"])).message
        == "The kernel holds them (cgroup v2 in /g)."
    )
    #expect(
      limitsFinding(.legacy(["memory": "/m", "cpu": "/c"])).message
        == "The kernel holds them (cgroup v1 in /m)."
    )
    #expect(limitsFinding(nil).next.hasPrefix("Start from a scope of your own"))
  }
}
