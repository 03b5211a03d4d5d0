import Documents
import Engine
import Foundation
import Store
import Testing

struct StackLifeTests {
  let site: StackSite

  init() throws { site = try StackSite() }

  @Test func `deleting moves the folder to the trash and keeps the history`() throws {
    try site.up(instanceTemplate(create: "echo mine > file"))
    let stack = try site.provisioner().delete(stack: "demo")
    #expect(stack.status == .deleteComplete)
    #expect(try site.instance("lab") == nil)
    #expect(!site.exists("home/instances/lab"))
    let trash = try FileManager.default.contentsOfDirectory(atPath: site.home.trash)
    #expect(trash.count == 1 && trash[0].hasPrefix("lab-"))
    #expect(try site.text("home/trash/\(trash[0])/file") == "mine\n")
    #expect(try site.history().last == "demo DELETE_COMPLETE")
    #expect(throws: Explanation.self) { try site.provisioner().delete(stack: "demo") }
    #expect(try site.up(instanceTemplate()).status == .createComplete)
  }

  @Test func `a bucket with files in it goes to the trash, and its event says so`() throws {
    let template = """
      Resources:
        Bucket:
          Type: AWS::S3::Bucket
          Properties:
            BucketName: my-bucket
      """
    try site.up(template)
    try site.write("x", to: "home/s3/my-bucket/key")
    try site.provisioner().delete(stack: "demo")
    #expect(!site.exists("home/s3/my-bucket"))
    #expect(try site.history().contains { $0.contains("The bucket was not empty") })
  }

  @Test func `a stack with active runs is not taken down`() throws {
    try site.up(instanceTemplate())
    let busy = site.provisioner { $0 == "lab" }
    #expect(throws: Explanation.self) { try busy.delete(stack: "demo") }
    #expect(throws: Explanation.self) { try busy.stopInstance("lab") }
    #expect(try site.instance("lab")?.status == .inService)
  }

  @Test func `an interrupted creation is rolled back when an agent starts`() throws {
    let loaded = try site.template(instanceTemplate())
    let request = UpRequest(stack: "demo", template: loaded.file)
    _ = try site.provisioner().check(request, template: loaded)
    try site.catalog.write { transaction in
      try transaction.transition(
        ResourceRecord(
          stack: "demo",
          logicalID: "Setup",
          type: "AWS::SageMaker::NotebookInstanceLifecycleConfig",
          status: .createInProgress,
          updated: Date()
        )
      )
    }
    let provisioner = site.provisioner()
    try provisioner.recover(provisioner.unfinished())
    #expect(
      try site.history().suffix(3) == [
        "Setup CREATE_FAILED: the agent was interrupted",
        "demo ROLLBACK_IN_PROGRESS: the agent was interrupted", "demo ROLLBACK_COMPLETE",
      ]
    )
  }

  @Test func `an interrupted deletion is finished when an agent starts`() throws {
    var stack = try site.up(instanceTemplate())
    stack.status = .deleteInProgress
    try site.catalog.write { [stack] in try $0.save(stack) }
    let provisioner = site.provisioner()
    try provisioner.recover(provisioner.unfinished())
    #expect(try site.history().last == "demo DELETE_COMPLETE")
    #expect(!site.exists("home/instances/lab"))
  }

  @Test func `the start script runs after the setup script and at every start`() throws {
    try site.up(instanceTemplate(create: "echo create", start: "echo start $LATHE_INSTANCE"))
    let provisioner = site.provisioner()
    #expect(try provisioner.stopInstance("lab").status == .stopped)
    let twice = #expect(throws: Explanation.self) { try provisioner.stopInstance("lab") }
    #expect(twice?.what == "'lab' is stopped already.")
    #expect(try provisioner.startInstance("lab").status == .inService)
    #expect(try site.output() == ["create", "start lab", "start lab"])
  }

  @Test func `a folder is adopted in place, once, and released`() throws {
    try site.write("x", to: "My Project!/train.py")
    try site.write("x", to: "other/My Project!/train.py")
    let provisioner = site.provisioner()
    let folder = site.root + "/My Project!"
    let instance = try provisioner.adopt(folder: folder, name: nil)
    #expect(instance.name == "My-Project")
    #expect(instance.isAdopted && instance.status == .inService)
    #expect(throws: Explanation.self) { try provisioner.adopt(folder: folder, name: "again") }
    let second = try provisioner.adopt(folder: site.root + "/other/My Project!", name: nil)
    #expect(second.name == "My-Project-2")
    #expect(throws: Explanation.self) { try provisioner.adopt(folder: site.home.folder, name: nil) }
    try site.write("x", to: "home/instances/x")
    #expect(throws: Explanation.self) {
      try provisioner.adopt(folder: site.home.instances, name: nil)
    }
    #expect(throws: Explanation.self) { try provisioner.adopt(folder: site.root, name: "../x") }
    try provisioner.release("My-Project")
    #expect(site.exists("My Project!/train.py"))
  }

  @Test(arguments: [
    ("ml.m4.xlarge", "4 CPU, 16 GiB (ml.m4.xlarge)"),
    ("ml.c4.xlarge", "4 CPU, 7.5 GiB (ml.c4.xlarge)"),
    ("local", "the whole machine (local)"),
  ])
  func `an instance type says what it has`(name: String, summary: String) throws {
    #expect(try InstanceType(named: name).summary == summary)
  }

  @Test func `an unknown instance type is refused with the nearest ones`() {
    let error = #expect(throws: Explanation.self) { try InstanceType(named: "ml.m4.xlrage") }
    #expect(error?.why.contains("ml.m4.xlarge") == true)
  }

  @Test func `lines of a program are repaired, cut and complete`() throws {
    var lines: [String] = []
    let exit = try ChildProcess.run(
      ["bash", "-c", #"printf 'a\r\nb\xff\n1%%\r100%%\nlast'; exit 3"#],
      environment: ["PATH": "/usr/bin:/bin"],
      folder: "/",
      timeout: 30
    ) { lines.append($0) }
    #expect(exit == .code(3))
    #expect(lines == ["a", "b\u{FFFD}", "100%", "last"])
  }
}
