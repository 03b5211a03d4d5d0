import Documents
import Foundation
import Glibc
import Pipelines
import Store

/// What a launch froze: everything that a run needs besides its catalog rows, so that any later agent
/// can continue it.
struct LaunchBody: Sendable, Codable, Equatable {
  var what: LaunchRequest.What
  /// The launch's own, or of its last resumption.
  var token: String
  /// The text that the pipeline was read from; a command has none.
  var pipelineText: String
  /// The parameters as they were typed.
  var given: [String: String]
  /// The launching shell's variables that steps may get.
  var environment: [String: String]
  var instanceFolder: String
  /// Inputs that are paths in the instance, by path.
  var paths: [String: Artifact]
  /// Whether results of earlier executions are taken.
  var caching = Caching.on
  /// The part of the pipeline that is run, with its reference run resolved.
  var selection: Selection?
  /// Values of secrets: with this agent only, never written down.
  var secrets: [String: String] = [:]

  private enum CodingKeys: CodingKey {
    case what, token, pipelineText, given, environment, instanceFolder, paths, caching, selection
  }
}

extension LaunchBody {
  /// Fields that came later may be missing in what an earlier version wrote.
  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    what = try values.decode(LaunchRequest.What.self, forKey: .what)
    token = try values.decode(String.self, forKey: .token)
    pipelineText = try values.decode(String.self, forKey: .pipelineText)
    given = try values.decode([String: String].self, forKey: .given)
    environment = try values.decode([String: String].self, forKey: .environment)
    instanceFolder = try values.decode(String.self, forKey: .instanceFolder)
    paths = try values.decode([String: Artifact].self, forKey: .paths)
    caching = try values.decodeIfPresent(Caching.self, forKey: .caching) ?? .on
    selection = try values.decodeIfPresent(Selection.self, forKey: .selection)
  }
}

/// A launch as a value: the run's row, its steps' rows and the frozen rest.
struct PreparedLaunch: Sendable {
  var run: RunRecord
  var steps: [StepRecord]
  var body: LaunchBody
  var pipeline: Pipeline
  /// What the steps that a reference run answers for have measured there.
  var metrics: [MetricSummary] = []
  var sparkline: [Double] = []
  /// What was told of the GPUs, where a step wants any.
  var gpus: GPUAnswer?
  /// Why steps could never start, by their names; only of a launch that is planned and not made.
  var refusals: [String: Explanation] = [:]
}

/// Takes the snapshot of a launch: reads and hashes, and decides nothing about what runs.
///
/// Slow for large folders, hence called on a worker thread.
struct Launcher: Sendable {
  let home: Home
  let machine: Machine
  /// How long `nvidia-smi` is waited for, in seconds.
  var gpuPatience = GPUReport.patience
  var pipelines = PipelineMemo()
  /// A launch that is only planned is told of steps that could never start, others are refused.
  var isPlanning = false
  /// Seconds that never step back.
  var clock: @Sendable () -> Double = monotonicSeconds

  /// Freezes a launch.
  ///
  /// The run gets its number from the caller. Refused with an `Explanation`: a pipeline with errors,
  /// parameters that do not fit, inputs that do not exist, requests that no machine state could serve.
  func prepare(
    _ request: LaunchRequest,
    instance: InstanceRecord,
    earlier: (RunRecord, LaunchBody)?
  ) throws -> PreparedLaunch {
    guard instance.status == .inService else {
      throw Explanation(
        what: "The instance '\(instance.name)' is not running (\(instance.status.rawValue)).",
        why: instance.reason ?? "Runs need an instance that is InService.",
        next: instance.status == .stopped
          ? "lathe instance start \(instance.name)" : "lathe stacks"
      )
    }
    try checkFolder(of: instance)
    // One that is continued has steps behind it whose scripts nobody needs any more.
    let isNew = earlier == nil || request.what.isRerun
    var request = request
    if let (run, body) = earlier {
      request.what = body.what
      request.name = request.name ?? run.name
    }
    if let name = request.name { try RunRecord.check(name: name) }
    var options: CommandOptions?
    if case .command(let arguments) = request.what {
      let replaced = try CommandOptions(arguments).replacing(request.parameters)
      request.what = .command(replaced)
      request.parameters = [:]
      options = CommandOptions(replaced)
    }
    let (pipeline, text) = try read(request.what, in: instance)
    let declared = Set(pipeline.parameters.map(\.name))
    // A rerun starts from the earlier run's values; those typed now win. What only the earlier run
    // knew is dropped; what was typed now must be known.
    let given = earlier?.1.given.filter { declared.contains($0.key) } ?? [:]
    let typed = given.merging(request.parameters) { _, new in new }
    let values = try options?.parameters ?? pipeline.values(for: typed)
    var (gpus, refusals) = try admit(pipeline, in: instance, request.environment)
    if isNew, request.selection == nil {
      refusals.merge(
        try checkScripts(of: pipeline, in: instance, isCommand: options != nil)
      ) { first, _ in first }
    }

    let objects = ObjectStore(home: home, isDurable: false)
    let (code, paths) = try objects.lasting(clock: clock) {
      try freeze(pipeline, in: instance, objects)
    }
    var source = SourceControl(folder: instance.folder).version(objects: objects)
    source.command = options.map { Digest(of: $0.words.joined(separator: "\n")).short }
    var run = RunRecord(
      id: 0,
      instance: instance.name,
      pipeline: pipeline.name,
      status: .queued,
      name: request.name,
      note: request.note,
      parent: earlier?.0.id,
      parameters: values,
      created: Date(),
      source: source,
      pipelineFile: try objects.put(Data(text.utf8)),
      code: code,
      host: ProcessInfo.processInfo.hostName,
      user: NSUserName()
    )
    if let options { run.note = run.note ?? options.arguments.joined(separator: " ") }
    run.stepCount = pipeline.steps.count
    run.mainMetric = pipeline.mainMetric?.metric.name
    run.mainGoal = pipeline.mainMetric.flatMap {
      $0.metric.goal ?? Goal.guessed(for: $0.metric.name)
    }
    return PreparedLaunch(
      run: run,
      steps: LaunchBody.rows(of: pipeline, run: 0),
      body: LaunchBody(
        what: request.what,
        token: request.token,
        pipelineText: text,
        given: typed,
        environment: StepEnvironment.kept(of: request.environment, for: pipeline),
        instanceFolder: instance.folder,
        paths: paths,
        caching: request.caching,
        selection: request.selection,
        secrets: StepEnvironment.secrets(of: request.environment, for: pipeline)
      ),
      pipeline: pipeline,
      gpus: gpus,
      refusals: refusals
    )
  }

  /// Stores the code that steps may see, and their inputs that are paths.
  private func freeze(
    _ pipeline: Pipeline,
    in instance: InstanceRecord,
    _ objects: ObjectStore
  ) throws -> (code: Digest, paths: [String: Artifact]) {
    let intake = Intake(into: objects)
    let snapshot = CodeSnapshot(folder: instance.folder, pipeline: pipeline)
    let code = try intake.put(try snapshot.scan(intake)).digest
    var paths: [String: Artifact] = [:]
    for step in pipeline.steps {
      for (name, input) in step.process?.inputs ?? [:] {
        guard case .path(let path, let judgement) = input else { continue }
        let key = LaunchBody.key(of: path, judgement)
        guard paths[key] == nil else { continue }
        paths[key] = try freeze(
          path,
          by: judgement,
          input: name,
          of: step,
          in: instance,
          intake
        )
      }
    }
    return (code, paths)
  }

  /// Refuses steps that could never start; returns what was told of the GPUs, where a step wants any.
  private func admit(
    _ pipeline: Pipeline,
    in instance: InstanceRecord,
    _ environment: [String: String]
  ) throws -> (GPUAnswer?, [String: Explanation]) {
    var (machine, answer) = (machine, GPUAnswer?.none)
    let visible = VisibleGPUs(environment)
    if pipeline.steps.contains(where: { $0.process?.gpus ?? 0 > 0 }) {
      let told = GPUAnswer.ask(
        home: home.folder,
        path: environment["PATH"],
        patience: gpuPatience
      )
      machine.gpus = told.report.gpus
      answer = told
    }
    var refusals: [String: Explanation] = [:]
    for step in pipeline.steps {
      do {
        try machine.admit(step, in: instance, visible: visible, fault: answer?.report.fault)
      } catch let refusal as Explanation where isPlanning {
        refusals[step.name] = refusal
      }
    }
    return (answer, refusals)
  }

  /// Refuses steps that would start a script that is not there; returns why, where that is only planned.
  private func checkScripts(
    of pipeline: Pipeline,
    in instance: InstanceRecord,
    isCommand: Bool
  ) throws -> [String: Explanation] {
    let missing = ScriptCheck.missing(pipeline.certainSteps) {
      ScriptCheck.exists($0, in: instance.folder)
    }
    let refusals = missing.map { finding in
      (finding.step.name, finding.refusal(in: instance.folder, isCommand: isCommand))
    }
    if let (_, first) = refusals.first, !isPlanning { throw first }
    return Dictionary(refusals) { first, _ in first }
  }

  /// The folder is the user's: it may have been moved away since.
  private func checkFolder(of instance: InstanceRecord) throws {
    var facts = stat()
    guard stat(instance.folder, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
      throw Explanation(
        what: "The folder of '\(instance.name)' is missing.",
        why: "\(instance.folder) is not there any more.",
        next: instance.isAdopted
          ? "Move it back, or release it: lathe down \(instance.name)"
          : "Move it back, or take the stack down and up again: lathe down \(instance.stack ?? instance.name)"
      )
    }
  }

  private func read(
    _ what: LaunchRequest.What,
    in instance: InstanceRecord
  ) throws -> (Pipeline, String) {
    switch what {
    case .command(let arguments):
      let pipeline = Pipeline.single(command: arguments)
      return (pipeline, arguments.joined(separator: "\n"))
    case .pipeline(let file):
      let path = file.hasPrefix("/") ? file : instance.folder + "/" + file
      guard let data = FileManager.default.contents(atPath: path), data.count <= Pipeline.textLimit
      else {
        throw Explanation(
          what: "There is no pipeline '\(file)' in '\(instance.name)'.",
          why: "\(path) cannot be read, or has more than 16 MiB.",
          next: "Write one (docs/pipeline.md), or run a command: lathe run -- python3 train.py"
        )
      }
      let text = String(decoding: data, as: UTF8.self)
      let name = URL(filePath: path).deletingPathExtension().lastPathComponent
      let called = name == "pipeline" ? instance.name : name
      return (try pipelines.read(text, name: called, file: path), text)
    case .rerun(let run):
      throw Explanation(what: "r\(run) cannot be run again.", why: "Its launch was not recorded.")
    }
  }

  private func freeze(
    _ path: String,
    by judgement: ProcessStep.Judgement,
    input: String,
    of step: Step,
    in instance: InstanceRecord,
    _ intake: Intake
  ) throws -> Artifact {
    let full = path.hasPrefix("/") ? path : instance.folder + "/" + path
    guard let real = realpath(full, nil) else {
      throw Explanation(
        what: "The input '\(input)' of step '\(step.name)' does not exist.",
        why: "\(full): \(String(cString: strerror(errno))).",
        next: "Put the file there, or correct line \(step.place.line) of the pipeline."
      )
    }
    defer { free(real) }
    let target = String(cString: real)
    let mark: Digest
    switch judgement {
    case .content: return try intake.put(artifact: target)
    case .stat: mark = InputStamp.of(target)
    case .version(let text): mark = Digest(of: "version " + text)
    }
    var facts = stat()
    let isFolder = stat(target, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    return Artifact(kind: isFolder ? .folder : .file, digest: mark, size: 0)
  }
}

extension LaunchBody {
  /// The steps' rows of a run that has not begun.
  static func rows(of pipeline: Pipeline, run: Int) -> [StepRecord] {
    pipeline.steps.enumerated().map { index, step in
      StepRecord(
        run: run,
        name: step.name,
        index: index,
        type: step.type,
        dependsOn: step.dependsOn,
        reason: step.dependsOn.isEmpty
          ? nil : "waits for \(step.dependsOn.joined(separator: ", "))"
      )
    }
  }

  /// The name under which an input that is a path is frozen; the same one may be judged in several ways.
  static func key(of path: String, _ judgement: ProcessStep.Judgement) -> String {
    switch judgement {
    case .content: path
    case .stat: "stat:" + path
    case .version(let text): "version \(text):" + path
    }
  }

  /// Whether one command was launched, without a pipeline file.
  var isCommand: Bool {
    if case .command = what { true } else { false }
  }

  /// The pipeline that the run was launched with.
  func pipeline(named name: String) throws -> Pipeline {
    if case .command(let arguments) = what {
      return Pipeline.single(command: arguments)
    }
    let (pipeline, findings) = Pipeline.read(pipelineText, name: name)
    guard let pipeline else { throw InvalidDocument(file: name, diagnostics: findings) }
    return pipeline
  }
}

extension LaunchRequest.What {
  fileprivate var isRerun: Bool {
    if case .rerun = self { true } else { false }
  }
}
