import Documents
import Foundation
import Glibc
import Pipelines
import Store
import Synchronization
import Testing

@testable import Engine

/// A home with one instance and an agent, all in a temporary folder, driven on the test's own thread.
final class RunSite {
  let root: String
  let home: Home
  var agent: Agent
  private let machine: Machine
  private(set) var isTimedOut = false

  /// The instance's folder.
  var folder: String { root + "/instance" }
  var store: ObjectStore { ObjectStore(home: home, isDurable: false) }

  init(
    _ files: [String: String] = [:],
    executor: any Executor = ScriptedExecutor(),
    cpus: Int = 4,
    instanceCpus: Int? = nil
  ) throws {
    root = try makeTemporaryFolder()
    home = Home(folder: root + "/home")
    machine = Machine(cpus: cpus, memory: 8 << 30)
    try makeFolder(home.folder)
    agent = try Agent(home: home, executor: executor, machine: machine)
    try makeFolder(root + "/instance")
    let instance = InstanceRecord(
      name: "digits",
      status: .inService,
      folder: root + "/instance",
      isAdopted: true,
      cpus: instanceCpus,
      created: Date()
    )
    try agent.catalog.write { try $0.save(instance) }
    for (path, text) in files { try write(text, path) }
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func write(_ text: String, _ path: String) throws {
    let full = folder + "/" + path
    try makeFolder(URL(filePath: full).deletingLastPathComponent().path)
    try Data(text.utf8).write(to: URL(filePath: full))
  }

  func read(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The catalog, the folder and the machine stay; the agent's memory is lost.
  ///
  /// `site` is the machine of the new agent.
  func replaceAgent(
    executor: any Executor,
    site: HomeSite = HomeSite()
  ) throws {
    agent = try Agent(
      home: home,
      executor: executor,
      machine: machine,
      site: site
    )
    try agent.adoptRuns()
    agent.wave()
  }

  /// Asks the agent and serves it until the answer is there.
  @discardableResult
  func ask(_ request: AgentRequest) throws -> AgentReply {
    let replies = Replies()
    agent.handle(request) { reply, _ in replies.list.withLock { $0.append(reply) } }
    serve { !replies.list.withLock(\.isEmpty) }
    let first = replies.list.withLock(\.first)
    let reply = try #require(first)
    if case .refused(let explanation) = reply { throw explanation }
    return reply
  }

  /// Launches `pipeline.yaml`; returns the run's number as soon as it has one.
  func launch(
    _ parameters: [String: String] = [:],
    environment: [String: String] = ["PATH": "/usr/local/bin:/usr/bin:/bin"],
    caching: Caching = .on,
    selection: Selection? = nil
  ) throws -> Int {
    let request = LaunchRequest(
      instance: "digits",
      what: .pipeline(file: "pipeline.yaml"),
      parameters: parameters,
      environment: environment,
      caching: caching,
      selection: selection
    )
    guard case .run(let run) = try ask(.launch(request)) else { throw CancellationError() }
    return run
  }

  /// Launches and serves the agent until nothing runs any more.
  func run(
    _ parameters: [String: String] = [:],
    environment: [String: String] = ["PATH": "/usr/local/bin:/usr/bin:/bin"],
    caching: Caching = .on,
    selection: Selection? = nil
  ) throws -> RunRecord {
    let id = try launch(
      parameters,
      environment: environment,
      caching: caching,
      selection: selection
    )
    return try end(of: id)
  }

  func end(of id: Int) throws -> RunRecord {
    serve { [agent] in agent.runs.isEmpty }
    return try #require(try agent.reader.run(id))
  }

  /// Serves the agent until something holds; a minute is taken for never.
  func serve(until isDone: () -> Bool) {
    agent.loop.after(60) { [weak self] in self?.isTimedOut = true }
    agent.loop.run(for: agent) { isDone() || isTimedOut }
    if isTimedOut { Issue.record("The agent did not come to an end.") }
  }

  func steps(_ run: Int) throws -> [String: StepRecord] {
    Dictionary(uniqueKeysWithValues: try agent.reader.steps(of: run).map { ($0.name, $0) })
  }

  /// `name: Status` of each step, in the pipeline's order.
  func statuses(_ run: Int) throws -> [String] {
    try agent.reader.steps(of: run).map { "\($0.name): \($0.status.rawValue)" }
  }

  /// The text of a file that a step made.
  func output(_ run: Int, _ step: String, _ name: String) throws -> String? {
    try steps(run)[step]?.outputs[name].flatMap { store.data($0.digest) }
      .map { String(decoding: $0, as: UTF8.self) }
  }
}

private final class Replies: Sendable {
  let list = Mutex<[AgentReply]>([])
}

/// A folder for as long as a test has it.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws { path = try makeTemporaryFolder() }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

func makeTemporaryFolder() throws -> String {
  let path = FileManager.default.temporaryDirectory.path + "/lathe-test-" + UUID().uuidString
  try makeFolder(path)
  guard let real = realpath(path, nil) else { throw SystemFailure("find \(path)", errno) }
  defer { free(real) }
  return String(cString: real)
}
