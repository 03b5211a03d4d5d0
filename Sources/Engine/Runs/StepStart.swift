import Documents
import Foundation
import Pipelines
import Store

/// What becomes of a step that is ready.
enum StepStart {
  /// Its attempt's spec is to be written and its runner placed.
  case execute(AttemptSpec, CacheKey)
  case cached(ExecutionRecord)
  /// Condition, RegisterModel and Fail steps end where they begin.
  case end(Schedule.Outcome)
  /// Refused before anything ran: a reference that cannot be resolved, a missing environment.
  case fail(Explanation)
}

/// Decides how the steps of one run begin; reads objects, writes nothing.
struct StepStarter {
  let home: Home
  let objects: ObjectStore
  let active: ActiveRun
  /// Looks an execution up by its key.
  let execution: (Digest) -> ExecutionRecord?

  func start(_ step: Step, _ process: ProcessStep) -> StepStart {
    do {
      let inputs = try inputs(of: process)
      let values = References(
        run: active.run,
        outputs: active.outputs,
        objects: objects,
        inputPaths: inputs.mapValues(\.path),
        outputPaths: process.outputs
      )
      let declared = try process.environment.mapValues(values.resolve)
      guard let code = objects.manifest(active.run.code) else {
        throw Explanation(what: "The code of \(active.run.shortName) is missing from the store.")
      }
      // One command is not cached: nothing is won by keeping from it what it may read.
      let seen =
        active.launch.isCommand
        ? code : CodeClosure(code: code, objects: objects).manifest(for: process)
      let closure =
        seen
        .without(inputs.values.map(\.path) + process.outputs.values)
      let key = CacheKey(
        step: step,
        process: process,
        code: closure,
        inputs: inputs.mapValues(\.artifact),
        values: active.run.parameters,
        environment: declared,
        launch: active.launch,
        texts: try texts(in: process, values)
      )
      if process.isCached, let hit = execution(key.digest),
        hit.outputs.values.allSatisfy({ objects.contains($0.digest) })
      {
        return .cached(hit)
      }
      if let python = process.python,
        PythonEnvironment(python, in: active.launch.instanceFolder) == nil
      {
        throw Explanation(
          what: "The Python environment '\(python)' is missing.",
          why: "\(active.launch.instanceFolder)/\(python) holds no bin/python.",
          next: "Make it (python3 -m venv \(python)), or correct 'python:' in the pipeline."
        )
      }
      let attempt = (active.steps[step.name]?.attempt ?? 0) + 1
      let folder = home.attempt(run: active.run.id, step: step.name, attempt: attempt)
      var environment = StepEnvironment.of(
        process,
        declared: declared,
        launch: active.launch,
        run: active.run,
        step: step.name,
        attempt: folder,
        // Only a script that imports it would miss it: no reason to refuse the others.
        module: try? EmbeddedModule.unpack(in: home)
      )
      for (name, input) in inputs where process.inputs[name] != nil {
        environment[StepEnvironment.channel(name)] = folder.work + "/" + input.path
      }
      let (arguments, variables) = try command(process, values)
      var isCommand = false
      if case .command = active.launch.what { isCommand = true }
      environment.merge(variables) { _, new in new }
      return .execute(
        AttemptSpec(
          run: active.run.id,
          step: step.name,
          attempt: attempt,
          home: home.folder,
          state: home.state,
          arguments: arguments,
          environment: environment,
          code: try objects.put(Data(closure.text.utf8)),
          inputs: inputs.values.sorted { $0.name < $1.name },
          outputs: process.outputs,
          metrics: process.metrics.map {
            AttemptSpec.Metric(
              name: $0.name,
              regex: $0.pattern?.source,
              goal: $0.goal,
              isMain: $0.name == active.run.mainMetric,
              isGuess: isCommand ? true : nil
            )
          },
          watch: process.watch
        ),
        key
      )
    } catch {
      return .fail(Explanation(error))
    }
  }

  /// Whether a condition holds.
  func decide(_ condition: ConditionStep) throws -> Bool {
    try condition.comparisons.allSatisfy { try $0.holds(references) }
  }

  var references: References {
    References(run: active.run, outputs: active.outputs, objects: objects)
  }

  private func inputs(of process: ProcessStep) throws -> [String: AttemptSpec.Input] {
    var inputs: [String: AttemptSpec.Input] = [:]
    for (name, input) in process.inputs {
      switch input {
      case .path(let path, _):
        guard let artifact = active.launch.paths[path] else {
          throw Explanation(what: "The input '\(name)' (\(path)) was not in the launch.")
        }
        inputs[name] = AttemptSpec.Input(name: name, artifact: artifact, path: path)
      case .output(let step, let output):
        inputs[name] = try brought(name, step: step, output: output)
      }
    }
    for case .stepOutput(let step, let output) in process.references {
      let name = References.implicitInput(step, output)
      inputs[name] = try brought(name, step: step, output: output)
    }
    return inputs
  }

  private func brought(_ name: String, step: String, output: String) throws -> AttemptSpec.Input {
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
  private func texts(in process: ProcessStep, _ values: References) throws -> [String: String] {
    var texts: [String: String] = [:]
    for reference in process.references {
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
    let texts =
      switch command {
      case .arguments(let texts): texts
      case .shell(let text): [text]
      }
    return (texts + environment.values).flatMap(\.references)
  }
}

extension Manifest {
  /// The files that are in none of some paths.
  ///
  /// A step's own inputs are brought in by themselves, and what it has to make must not lie there
  /// already.
  fileprivate func without(_ paths: [String]) -> Manifest {
    let parts = paths.map(Manifest.parts)
    return Manifest(
      entries.filter { entry in
        let own = Manifest.parts(entry.key)
        return !parts.contains { own.starts(with: $0) }
      }
    )
  }

  private static func parts(_ path: String) -> [Substring] {
    path.split(separator: "/").filter { $0 != "." }
  }
}
