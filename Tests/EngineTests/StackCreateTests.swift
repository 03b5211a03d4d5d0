import Documents
import Engine
import Foundation
import Infrastructure
import Store
import Testing

struct StackCreateTests {
  let site: StackSite

  init() throws { site = try StackSite() }

  @Test func `a stack comes up in the order of its dependencies, with the service's events`() throws
  {
    let stack = try site.up(instanceTemplate(create: "echo made > made.txt; echo hello"))
    #expect(stack.status == .createComplete)
    #expect(stack.outputs == [StackOutput(name: "Name", value: "lab")])
    #expect(
      try site.history() == [
        "demo CREATE_IN_PROGRESS: User Initiated",
        "Setup CREATE_IN_PROGRESS",
        "Setup CREATE_IN_PROGRESS: Resource creation Initiated",
        "Setup CREATE_COMPLETE",
        "Instance CREATE_IN_PROGRESS",
        "Instance CREATE_IN_PROGRESS: Resource creation Initiated",
        "Instance CREATE_COMPLETE",
        "demo CREATE_COMPLETE",
      ]
    )
    #expect(try site.output() == ["hello"])
    #expect(try site.text("home/instances/lab/made.txt") == "made\n")
    let instance = try #require(try site.instance("lab"))
    #expect(instance.status == .inService)
    #expect(instance.folder == site.home.instance("lab"))
    let mode = try FileManager.default.attributesOfItem(atPath: instance.folder)[.posixPermissions]
    #expect(mode as? Int == 0o700)
  }

  @Test func `a failing script rolls the stack back with its last words and its line`() throws {
    let stack = try site.up(instanceTemplate(create: "echo first\nset -e\nno-such-command\n"))
    #expect(stack.status == .rollbackComplete)
    let history = try site.history()
    let failure = try #require(history.first { $0.hasPrefix("Instance CREATE_FAILED") })
    #expect(failure.contains("setup script (OnCreate) failed at line 3 with exit code 127"))
    #expect(failure.contains("no-such-command: command not found"))
    #expect(
      history.suffix(6) == [
        "demo ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [Instance]. "
          + "Rollback requested by user.",
        "Instance DELETE_IN_PROGRESS",
        try #require(history.first { $0.hasPrefix("Instance DELETE_COMPLETE") }),
        "Setup DELETE_IN_PROGRESS", "Setup DELETE_COMPLETE",
        "demo ROLLBACK_COMPLETE",
      ]
    )
    #expect(stack.reason?.contains("no-such-command") == true)
    #expect(try site.instance("lab") == nil)
    #expect(!site.exists("home/instances/lab"))
    #expect(try site.up(instanceTemplate()).status == .createComplete)
  }

  @Test func `a script that takes too long is ended, and what it started too`() throws {
    let stack = try site.up(
      instanceTemplate(create: "sleep 600 &\necho $! > ../../../pid\nwait"),
      limit: 0.3
    )
    #expect(stack.reason?.contains("took longer than 0.3 seconds") == true)
    let pid = try #require(Int32(try site.text("pid").dropLast()))
    #expect(isGone(pid))
  }

  @Test func `a capability that was not acknowledged is refused before anything is made`() throws {
    let before = try site.tree().filter { !$0.contains("catalog") }
    let error = #expect(throws: Explanation.self) { try site.up(instanceTemplate(role: true)) }
    #expect(error?.what == "Requires capabilities : [CAPABILITY_IAM]")
    #expect(error?.next.contains("--ack CAPABILITY_IAM") == true)
    #expect(try site.tree().filter { !$0.contains("catalog") } == before)
    let stack = try site.up(instanceTemplate(role: true), acknowledged: ["CAPABILITY_IAM"])
    #expect(stack.status == .createComplete)
  }

  @Test(arguments: ["../x", "a/b", ".hidden", "-x", "x-", "a b", "..", "x\u{301}"])
  func `a name that AWS would refuse never becomes a path`(name: String) throws {
    #expect(throws: Explanation.self) { try site.up(instanceTemplate(name: name)) }
    #expect(!site.exists("home/instances"))
    #expect(throws: Explanation.self) { try site.up(instanceTemplate(), stack: name + "/") }
  }

  @Test func `a name that is taken fails its resource and leaves the other stack alone`() throws {
    try site.up(instanceTemplate(create: "echo mine > file"))
    let second = try site.up(
      instanceTemplate().replacing("Name: setup", with: "Name: other"),
      stack: "second"
    )
    #expect(second.status == .rollbackComplete)
    #expect(second.reason?.contains("already exists in stack demo") == true)
    #expect(try site.text("home/instances/lab/file") == "mine\n")
    #expect(try site.instance("lab")?.stack == "demo")
  }

  @Test func `code is copied without what is made anew, and links out of it are left out`() throws {
    try site.write("print()", to: "template/steps/train.py")
    try site.write("x", to: "template/.venv/big")
    try site.write("x", to: "template/.git/config")
    try site.write("secret", to: "secret")
    let manager = FileManager.default
    try manager.createSymbolicLink(
      atPath: site.root + "/template/out",
      withDestinationPath: site.root + "/secret"
    )
    try manager.createSymbolicLink(
      atPath: site.root + "/template/in",
      withDestinationPath: "steps/train.py"
    )
    try site.up(instanceTemplate(code: "."))
    #expect(try site.text("home/instances/lab/in") == "print()")
    for absent in ["out", ".venv", ".git"] { #expect(!site.exists("home/instances/lab/\(absent)")) }
    #expect(try site.output().contains { $0.hasPrefix("left out out: the link leads to") })
  }

  @Test func `a local git repository is cloned`() throws {
    try site.write("hello", to: "repository/file.txt")
    let commands = [
      ["init", "-q"], ["add", "."],
      ["-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-qm", "first"],
    ]
    for command in commands {
      let result = try ChildProcess.collect(
        ["git"] + command,
        environment: ["PATH": "/usr/bin:/bin", "HOME": site.root],
        folder: site.root + "/repository",
        timeout: 30
      )
      #expect(result.exit == .code(0), "\(result.output)")
    }
    try site.up(instanceTemplate(code: "../repository"))
    #expect(try site.text("home/instances/lab/file.txt") == "hello")
    #expect(site.exists("home/instances/lab/.git"))
  }

  @Test(arguments: [
    "ext::sh -c true", "--upload-pack=x", "ssh://-oProxyCommand=x/y", "-oX@host:path",
    "javascript://x",
  ])
  func `an address that would run something is refused`(url: String) throws {
    #expect(throws: Explanation.self) { try site.up(instanceTemplate(code: url)) }
  }

  @Test func `a plan says what will be and touches nothing`() throws {
    let loaded = try site.template(
      instanceTemplate(create: "sudo yum install x", role: true)
        .replacing("InstanceType: local", with: "InstanceType: ml.p3.16xlarge")
    )
    let before = try site.tree()
    let plan = try StackPlan(stack: "demo", template: loaded.template, parameters: [:])
    #expect(try site.tree() == before)
    #expect(plan.entries.map(\.logicalID) == ["Role", "Setup", "Instance"])
    #expect(plan.entries.map(\.fate) == [.recorded, .recorded, .made])
    #expect(plan.entries[2].summary == "a folder with 64 CPU, 488 GiB (ml.p3.16xlarge)")
    #expect(plan.entries[1].script == "sudo yum install x\n")
    #expect(plan.capabilities.map(\.name) == ["CAPABILITY_IAM"])
    #expect(plan.warnings.contains { $0.contains("it uses sudo") })
    #expect(plan.warnings.contains { $0.contains("the first line is not") })
  }

  @Test func `the gallery's starter comes up with its pipeline`() throws {
    let loaded = try Gallery(home: site.home).template(named: "starter")
    let request = UpRequest(stack: "iris", template: "starter")
    let provisioner = site.provisioner()
    _ = try provisioner.check(request, template: loaded)
    #expect(try provisioner.create(request, template: loaded).status == .createComplete)
    #expect(site.exists("home/instances/iris/pipeline.yaml"))
  }
}
