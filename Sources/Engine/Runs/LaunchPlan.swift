package import Documents
package import Pipelines

/// What a launch would do, step by step, with the cache as it is now.
package struct LaunchPlan: Sendable, Codable, Equatable {
  package var instance: String
  package var pipeline: String
  /// In the pipeline's order.
  package var steps: [PlannedStep]
  /// Why the launch would be refused: a step asks for more than this machine will ever have.
  package var refusal: Explanation?

  package init(instance: String, pipeline: String, steps: [PlannedStep]) {
    self.instance = instance
    self.pipeline = pipeline
    self.steps = steps
  }

  /// The seconds that the results which are taken had cost.
  package var savedSeconds: Double {
    steps.reduce(0) { sum, step in
      if case .taken(_, let seconds, _) = step.decision { sum + (seconds ?? 0) } else { sum }
    }
  }
}

/// What would become of one step.
package struct PlannedStep: Sendable, Codable, Equatable {
  package enum Decision: Sendable, Codable, Equatable {
    /// A run has its result; `reason`: why that counts, where it is not the same key.
    case taken(run: Int, seconds: Double?, reason: String?)
    /// It is executed.
    case runs(reason: String)
    /// Another run computes the same at this moment, and its result is waited for.
    case awaited(run: Int, step: String)
    /// It is executed after these, unless they make the same bytes as before.
    case follows([String])
    /// It runs no process: it is decided when the run gets there.
    case decided
    case skipped(reason: String)
    /// It cannot be started.
    case fails(reason: String)
  }

  package var name: String
  package var type: StepType
  package var decision: Decision
  /// The branch that it belongs to, where the condition is not decided yet: "check is true".
  package var branch: String?

  package init(name: String, type: StepType, decision: Decision, branch: String? = nil) {
    self.name = name
    self.type = type
    self.decision = decision
    self.branch = branch
  }
}

extension PlannedStep {
  /// The decision as a sentence without its subject.
  package var words: String {
    let text =
      switch decision {
      case .taken(let run, _, let reason):
        reason.map { $0.hasPrefix("the result of") ? $0 : "from the cache of r\(run) (\($0))" }
          ?? "from the cache of r\(run)"
      case .runs(let reason): "runs: \(reason)"
      case .awaited(let run, let step): "waits for r\(run) \(step), which computes the same"
      case .follows(let steps):
        "runs after \(steps.joined(separator: ", ")), unless "
          + (steps.count == 1 ? "that makes" : "those make") + " the same bytes"
      case .decided: "is decided in the run"
      case .skipped(let reason): "skipped: \(reason)"
      case .fails(let reason): "fails: \(reason)"
      }
    return branch.map { "\(text), if \($0)" } ?? text
  }
}
