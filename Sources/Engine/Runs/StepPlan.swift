import Documents
import Foundation
import Pipelines
import Store

/// A process step that is ready, as far as it is decided before a share is free for it.
struct StepPlan {
  let step: Step
  let process: ProcessStep
  let inputs: [String: AttemptSpec.Input]
  /// The manifest of the code that it sees, which is in the store.
  let code: Digest
  let key: CacheKey
}

/// Plans how the steps of one run begin: what each sees, and the key that follows from it.
///
/// A class, because it remembers what all steps of the run have in common; it decides nothing.
final class StepPlanner {
  private let home: Home
  private let objects: ObjectStore
  private let launch: LaunchBody
  private let programs: Programs
  private let code: RunCode
  private lazy var module: String? = try? EmbeddedModule.unpack(in: home)

  init(
    launch: LaunchBody,
    code: RunCode,
    home: Home,
    objects: ObjectStore,
    programs: Programs
  ) {
    self.home = home
    self.objects = objects
    self.launch = launch
    self.programs = programs
    self.code = code
  }

  /// What a ready step sees, and its key.
  ///
  /// Throws what keeps it from being started: a reference that cannot be resolved, an environment or an
  /// input that is missing.
  func plan(_ step: Step, _ process: ProcessStep, in active: ActiveRun) throws -> StepPlan {
    let named = process.references
    let inputs = try inputs(of: process, named, in: active)
    let values = references(step, process, inputs, in: active)
    let declared = try process.environment.mapValues(values.resolve)
    let seen = try code.digest(
      for: process,
      without: inputs.values.map(\.path) + process.outputs.values,
      isWhole: launch.isCommand
    )
    let key = CacheKey(
      step: step,
      process: process,
      code: seen,
      inputs: inputs.mapValues(\.artifact),
      values: active.run.parameters,
      environment: declared,
      launch: launch,
      texts: try texts(of: named, values),
      paths: inputs.mapValues { CodeSnapshot.normal($0.path) },
      programs: programs.parts(
        of: process,
        path: launch.environment["PATH"] ?? StepEnvironment.defaultPath,
        folder: launch.instanceFolder
      )
    )
    return StepPlan(step: step, process: process, inputs: inputs, code: seen, key: key)
  }

  /// What the runner of a planned step's next attempt needs.
  func spec(_ plan: StepPlan, in active: ActiveRun) throws -> AttemptSpec {
    let (step, process) = (plan.step, plan.process)
    if let python = process.python, PythonEnvironment(python, in: launch.instanceFolder) == nil {
      throw Explanation(
        what: "The Python environment '\(python)' is missing.",
        why: "\(launch.instanceFolder)/\(python) holds no bin/python.",
        next: "Make it (python3 -m venv \(python)), or correct 'python:' in the pipeline."
      )
    }
    let values = references(step, process, plan.inputs, in: active)
    let attempt = (active.steps[step.name]?.attempt ?? 0) + 1
    let folder = home.attempt(run: active.run.id, step: step.name, attempt: attempt)
    var environment = StepEnvironment.of(
      process,
      declared: try process.environment.mapValues(values.resolve),
      launch: launch,
      run: active.run,
      step: step.name,
      attempt: folder,
      // Only a script that imports it would miss it: no reason to refuse the others.
      module: module
    )
    for (name, input) in plan.inputs where process.inputs[name] != nil {
      environment[StepEnvironment.channel(name)] = folder.work + "/" + input.path
    }
    let (arguments, variables) = try command(process, values)
    environment.merge(variables) { _, new in new }
    for name in process.secrets {
      guard let value = launch.secrets[name] else {
        throw Explanation(
          what: "The secret \(name) is not known.",
          why: """
            \(name) was not set in the shell that launched \(active.run.shortName), or the agent that the launch went \
            to has ended: it alone keeps a secret.
            """,
          next:
            "Launch again from a shell where it is set: \(name)=... lathe rerun \(active.run.shortName)"
        )
      }
      environment[name] = value
    }
    var spec = AttemptSpec(
      run: active.run.id,
      step: step.name,
      attempt: attempt,
      home: home.folder,
      state: home.state,
      arguments: arguments,
      environment: environment,
      code: plan.code,
      inputs: plan.inputs.values.sorted { $0.name < $1.name },
      outputs: process.outputs,
      metrics: process.metrics.map {
        AttemptSpec.Metric(
          name: $0.name,
          regex: $0.pattern?.source,
          goal: $0.goal ?? Goal.guessed(for: $0.name),
          isMain: active.isMain($0.name, of: step.name),
          isGuess: launch.isCommand ? true : nil
        )
      },
      watch: process.watch
    )
    spec.limits = AttemptSpec.Limits(
      memory: process.memory,
      timeout: process.timeout,
      grace: process.grace
    )
    spec.source = process.isCached ? launch.instanceFolder : nil
    spec.secrets = process.secrets
    spec.keyParts = plan.key.components
    if process.checkpoint { spec.checkpoint = home.checkpoint(run: active.run.id, step: step.name) }
    return spec
  }

  /// What the texts of a step that runs no process stand for.
  func references(of step: Step, in active: ActiveRun) -> References {
    References(run: active.run, outputs: active.outputs(before: step), objects: objects)
  }

  private func references(
    _ step: Step,
    _ process: ProcessStep,
    _ inputs: [String: AttemptSpec.Input],
    in active: ActiveRun
  ) -> References {
    References(
      run: active.run,
      outputs: active.outputs(before: step),
      objects: objects,
      inputPaths: inputs.mapValues(\.path),
      outputPaths: process.outputs
    )
  }

  private func inputs(
    of process: ProcessStep,
    _ named: [Reference],
    in active: ActiveRun
  ) throws -> [String: AttemptSpec.Input] {
    var inputs: [String: AttemptSpec.Input] = [:]
    for (name, input) in process.inputs {
      switch input {
      case .path(let path, let judgement):
        guard let artifact = launch.paths[LaunchBody.key(of: path, judgement)] else {
          throw Explanation(what: "The input '\(name)' (\(path)) was not in the launch.")
        }
        inputs[name] = given(name, path, judgement, artifact)
      case .output(let step, let output):
        inputs[name] = try brought(name, step: step, output: output, in: active)
      }
    }
    for case .stepOutput(let step, let output) in named {
      let name = References.implicitInput(step, output)
      inputs[name] = try brought(name, step: step, output: output, in: active)
    }
    return inputs
  }

  /// An input that is a path: a copy of what the launch froze, or a link to what is too large for that.
  private func given(
    _ name: String,
    _ path: String,
    _ judgement: ProcessStep.Judgement,
    _ artifact: Artifact
  ) -> AttemptSpec.Input {
    let isAbsolute = path.hasPrefix("/")
    var input = AttemptSpec.Input(
      name: name,
      artifact: artifact,
      path: isAbsolute ? "inputs/" + name : path
    )
    guard judgement != .content else { return input }
    input.link = isAbsolute ? path : launch.instanceFolder + "/" + path
    if judgement == .stat { input.stamp = artifact.digest }
    return input
  }

  private func brought(
    _ name: String,
    step: String,
    output: String,
    in active: ActiveRun
  ) throws -> AttemptSpec.Input {
    guard let artifact = active.steps[step]?.outputs[output] else {
      throw Explanation(what: "Step '\(step)' has no output '\(output)'.")
    }
    let file = active.pipeline.step(step)?.process?.outputs[output]
      .flatMap { $0.split(separator: "/").last.map(String.init) }
    return AttemptSpec.Input(
      name: name,
      artifact: artifact,
      path: artifact.kind == .file ? "inputs/\(name)/\(file ?? name)" : "inputs/\(name)"
    )
  }

  /// What the command says that is neither a parameter nor an input: it has to count in the key.
  private func texts(of named: [Reference], _ values: References) throws -> [String: String] {
    var texts: [String: String] = [:]
    for reference in named {
      switch reference {
      case .stepValue(let step, let output, let path):
        let name = "steps.\(step).outputs.\(output).\(path.joined(separator: "."))"
        texts[name] = try values.value(of: reference)
      case .run(let name): texts["run.\(name)"] = try values.value(of: reference)
      case .parameter, .input, .output, .stepOutput: continue
      }
    }
    return texts
  }

  private func command(
    _ process: ProcessStep,
    _ values: References
  ) throws -> ([String], [String: String]) {
    switch process.command {
    case .arguments(let texts):
      let arguments = try texts.map(values.resolve)
      guard !process.before.isEmpty else { return (arguments, [:]) }
      // The lines before come from the user's own pipeline file; the command stays a list.
      let line = process.before.joined(separator: "\n") + "\nexec \"$@\""
      return (["bash", "-eo", "pipefail", "-c", line, "lathe"] + arguments, [:])
    case .shell(let text):
      let (line, variables) = try values.shellLine(text)
      let lines = (process.before + [line]).joined(separator: "\n")
      return (["bash", "-eo", "pipefail", "-c", lines], variables)
    }
  }
}

extension ProcessStep {
  /// Every reference in the command and in the environment.
  fileprivate var references: [Reference] {
    (command.texts + environment.values).flatMap(\.references)
  }
}
