import Commands
import Documents
import Engine
import Foundation
import Infrastructure
import Store
import Testing

struct StackTextTests {
  private let stack = StackRecord(
    name: "lab",
    status: .createComplete,
    template: "digits",
    description: "Handwritten digits.",
    parameters: ["InstanceType": "local"],
    outputs: [StackOutput(name: "Folder", value: "/home/mj/.lathe/instances/lab")],
    created: noon.addingTimeInterval(-60),
    updated: noon
  )
  private let instance = InstanceRecord(
    name: "lab",
    status: .inService,
    folder: "/home/mj/.lathe/instances/lab",
    isAdopted: false,
    stack: "lab",
    instanceType: "ml.m4.xlarge",
    cpus: 4,
    memory: 16 << 30,
    created: noon
  )

  private func event(_ id: Int, _ status: String, _ reason: String = "") -> StackEvent {
    StackEvent(
      id: id,
      stack: "lab",
      logicalID: "Notebook",
      type: "T",
      status: status,
      reason: reason,
      time: noon
    )
  }

  private func resource(_ name: String, _ status: ResourceStatus) -> ResourceRecord {
    ResourceRecord(
      stack: "lab",
      logicalID: name,
      type: "AWS::S3::Bucket",
      physicalID: "data",
      status: status,
      updated: noon
    )
  }

  @Test func `events are lines that say how far the stack is`() {
    var progress = StackProgress(planned: 3, zone: utc)
    let lines = progress.lines(
      for: [
        event(1, "CREATE_IN_PROGRESS"), event(2, "", "Collecting numpy\u{1b}[K"),
        event(3, "CREATE_FAILED", "pip ended with 1."),
      ],
      resources: [resource("Notebook", .createFailed), resource("B", .createInProgress)]
    )
    #expect(progress.last == 3)
    #expect(
      lines.plain.hasPrefix(
        "14:02:11 0/3 Notebook CREATE_IN_PROGRESS\n14:02:11   Notebook | Collecting numpy"
      )
    )
    #expect(lines.last?.plain == "14:02:11 1/3 Notebook CREATE_FAILED  pip ended with 1.")
    #expect(!lines.plain.contains("\u{1b}"))
  }

  @Test func `describe tells resources, parameters, outputs and events`() {
    let report = StackReport(
      stack: stack,
      resources: [resource("Data", .createComplete)],
      events: [event(1, "CREATE_COMPLETE")],
      instances: [instance]
    )
    #expect(
      report.lines(width: nil, zone: utc).plain == """
        ✓ lab CREATE_COMPLETE
        Handwritten digits.
        template       digits
        made           2026-03-01 14:01:11

        Resources
             resource  type             status           id
          ✓  Data      AWS::S3::Bucket  CREATE_COMPLETE  data

        Parameters
          InstanceType   local

        Outputs
          Folder         /home/mj/.lathe/instances/lab

        Instances
          lab InService  4 CPU 16 GiB (ml.m4.xlarge)  /home/mj/.lathe/instances/lab

        Events
          14:02:11 Notebook CREATE_COMPLETE

        """
    )
    #expect(report.ending.plain.contains("'lathe run --in lab' launches its pipeline."))
    var bare = report
    bare.hasPipeline = false
    #expect(bare.ending.plain.contains("'lathe run --in lab -- COMMAND' runs a command in it."))
    #expect(
      report.json.names == [
        "name", "status", "reason", "template", "description", "parameters", "outputs", "created",
        "updated", "resources", "instances", "events",
      ]
    )
  }

  @Test func `a stack that failed tells the reason's lines once, below each other`() {
    var failed = stack
    failed.status = .rollbackComplete
    failed.reason = "Notebook failed.\nERROR: no network"
    let report = StackReport(
      stack: failed,
      resources: [],
      events: [event(1, "", "ERROR: no network")]
    )
    let ending = report.ending.plain
    #expect(ending.contains("  why: Notebook failed.\n       ERROR: no network\n next:"))
    let text = report.lines(width: 80, zone: utc).plain
    #expect(text.contains("reason         Notebook failed.\n               ERROR: no network\n"))
    #expect(!text.contains("⏎"))
  }

  @Test(arguments: [
    (
      "The script failed at line 3 with exit code 1. Its last lines:\nno network",
      "The script failed at line 3 with exit code 1."
    ),
    ("pip ended with 1.", "pip ended with 1."), ("Log:\nx", "Log"), ("one:", "one:"), ("", ""),
    ("a\nb", "a"),
  ])
  func `a reason's head announces no lines that it leaves out`(_ reason: String, _ head: String) {
    #expect(reason.reasonHead == head)
  }

  @Test func `the list names an instance that is not called as its stack`() {
    var other = instance
    other.name = "bench"
    let text = StackTable.lines([stack], instances: [other], at: noon, width: nil).plain
    #expect(text.contains("  bench InService  4 CPU"))
    let same = StackTable.lines([stack], instances: [instance], at: noon, width: nil).plain
    #expect(same.contains("  InService  4 CPU") && !same.contains("lab InService"))
  }

  @Test func `the list names stacks and adopted folders`() {
    var adopted = instance
    (adopted.name, adopted.stack, adopted.isAdopted) = ("mine", nil, true)
    let text = StackTable.lines([stack], instances: [instance, adopted], at: noon, width: nil).plain
    #expect(text.contains("✓  lab   CREATE_COMPLETE"))
    #expect(text.contains("✓  mine  adopted"))
    #expect(
      StackTable.lines([], instances: [], at: noon, width: 80).plain.contains("lathe templates")
    )
  }

  @Test func `a resolved template is printed in CloudFormation's words, secrets hidden`() {
    let resolved = ResolvedTemplate(
      parameters: ["Key": "secret", "Name": "x"],
      noEcho: ["Key"],
      resources: [
        ResolvedResource(
          logicalID: "B",
          type: "AWS::S3::Bucket",
          properties: .map([
            .init("BucketName", .join(separator: "-", values: .list([.ref("A"), .number("7")]))),
            .init("Arn", .getAtt(resource: "A", attribute: "Arn")),
          ]),
          dependsOn: ["A"],
          place: .init(line: 1, column: 1)
        )
      ],
      outputs: [],
      capabilities: ["CAPABILITY_IAM"]
    )
    #expect(resolved.json["parameters"] == ["Key": "****", "Name": "x"])
    guard case .array(let resources)? = resolved.json["resources"] else {
      Issue.record("no resources")
      return
    }
    #expect(
      resources[0]["properties"] == [
        "BucketName": ["Fn::Join": ["-", [["Ref": "A"], .integer(7)]]],
        "Arn": ["Fn::GetAtt": ["A", "Arn"]],
      ]
    )
  }

  @Test(arguments: [
    ("Resources:\n  A:\n", "x.yaml", Validation.Kind.template),
    ("{ \"Resources\": {} }", "x.json", .template),
    ("parameters:\nsteps:\n", "template.yaml", .pipeline),
    ("nothing", "template.yaml", .template), ("nothing", "x.yaml", .pipeline),
  ])
  func `a file's kind is told by its content`(text: String, file: String, kind: Validation.Kind) {
    #expect(Validation.Kind(of: text, file: file) == kind)
  }

  @Test func `validation says what it found`() {
    let good = Validation(file: "p.yaml", kind: .pipeline, findings: [])
    #expect(good.lines(source: "").plain == "p.yaml is a valid pipeline.\n")
    let bad = Validation(
      file: "p.yaml",
      kind: .pipeline,
      findings: [.init(at: .init(line: 1, column: 1), "No.")]
    )
    #expect(bad.hasErrors)
    #expect(bad.lines(source: "x").plain.hasSuffix("p.yaml is not a valid pipeline: 1 error.\n"))
    #expect(bad.json["valid"] == .boolean(false))
  }

  @Test func `whoever reads is told of a full disk`() {
    let full = ErrorReport.warnings(
      of: [FreeSpace(path: "/h", free: 4096), FreeSpace(path: "/big", free: 1 << 30)]
    )
    #expect(
      full.plain == """
        warning: The disk of /h is full.
          why: Only 4 KiB are free: what happens now is not written down.
         next: Free some space: the agent waits, and goes on by itself.

        """
    )
  }

  @Test func `what a terminal or a machine lacks is a finding with a next step`() {
    #expect(localeCheck(["LANG": "en_GB.UTF-8"]).verdict == .ok)
    #expect(localeCheck(["LC_ALL": "C", "LANG": "C.UTF-8"]).verdict == .warning)
    #expect(localeCheck([:]).verdict == .warning)
    #expect(terminalCheck(["TERM": "xterm"]).verdict == .ok)
    #expect(!terminalCheck(["TERM": "dumb"]).next.isEmpty)
    #expect(spaceFinding(FreeSpace(path: "/h", free: 10)).verdict == .problem)
    #expect(spaceFinding(FreeSpace(path: "/h", free: 5_000_000_000)).verdict == .warning)
    #expect(spaceFinding(FreeSpace(path: "/h", free: 50_000_000_000)).verdict == .ok)
  }

  @Test func `models say what waits for a decision`() {
    let model = ModelRecord(
      group: "digits",
      version: 3,
      approval: .pending,
      run: 2,
      step: "register",
      instance: "lab",
      artifact: Artifact(kind: .folder, digest: digest("m"), size: 1000),
      metrics: ["accuracy": 0.96, "recall.0": 0.9],
      created: noon.addingTimeInterval(-60)
    )
    #expect(
      ModelTable.lines([model], at: noon, width: nil).plain == """
        model     status               run  metrics          size       when
        digits/3  needs your approval  r2   accuracy 0.96  1000 B  1m00s ago

        """
    )
    #expect(model.json["metrics"] == ["accuracy": .number(0.96), "recall.0": .number(0.9)])
    #expect(model.json["approval"] == "PendingManualApproval")
  }

  @Test func `the end of the agent is told with what becomes of the stack`() {
    var record = stack
    record.status = .createInProgress
    #expect(
      StackProgress.loss(of: record).plain
        == "The agent ended while lab was made: a new one is started and rolls back what there is of it.\n"
    )
    record.status = .deleteInProgress
    #expect(
      StackProgress.loss(of: record).plain
        == "The agent ended while lab was taken down: a new one is started and goes on.\n"
    )
  }

  @Test func `a folder that is odd as an instance is told to be so`() {
    func warnings(_ folder: String, others: [String: String] = [:]) -> [String] {
      InitCommand.warnings(
        of: folder,
        userHome: "/home/mj",
        home: "/home/mj/.lathe",
        others: others.sorted { $0.key < $1.key }.map { instance($0.key, $0.value) }
      )
    }
    #expect(warnings("/home/mj/work", others: ["lab": "/home/mj/work2"]).isEmpty)
    #expect(warnings("/").count == 2 && warnings("/")[0].hasPrefix("/ is the whole file system"))
    #expect(
      warnings("/home/mj").map { String($0.prefix(30)) } == [
        "/home/mj is your home folder, ", "The home of Lathe (/home/mj/.l",
      ]
    )
    let nested = ["lab": "/w/lab", "sub": "/w/lab/a/sub"]
    #expect(
      warnings("/w/lab/a", others: nested) == [
        "It holds the folder of sub, as code of its runs.",
        "It lies in the folder of the instance lab, whose runs see it as code.",
      ]
    )
  }

  @Test func `scripts are looked for beside the file and in its instance`() {
    let lab = instance("lab", "/w/lab")
    #expect(scriptFolders(of: "/x/p.yaml", instance: nil) == ["/x"])
    #expect(scriptFolders(of: "/w/lab/p.yaml", instance: lab) == ["/w/lab"])
    #expect(scriptFolders(of: "/w/lab/pipelines/p.yaml", instance: lab) == ["/w/lab"])
    #expect(scriptFolders(of: "/w/lab/deep/p.yaml", instance: lab) == ["/w/lab/deep", "/w/lab"])
  }

  private func instance(_ name: String, _ folder: String) -> InstanceRecord {
    InstanceRecord(name: name, status: .inService, folder: folder, isAdopted: true, created: noon)
  }
}
