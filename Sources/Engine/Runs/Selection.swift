import Pipelines

/// Whether a run takes results of earlier executions.
package enum Caching: String, Sendable, Codable {
  case on
  /// Every step is run; its result is remembered as always.
  case off
}

/// A part of a pipeline that is run anew, on the results that an earlier run has of the rest.
package struct Selection: Sendable, Codable, Equatable {
  package enum Extent: String, Sendable, Codable {
    /// The steps and what follows from them; those that follow are decided as always.
    case from
    /// The steps alone.
    case only
  }

  package var extent: Extent
  /// Run anew, whatever the cache has of them.
  package var steps: [String]
  /// The run whose results count for the rest; nil: the newest that has them.
  package var reference: Int?

  package init(_ extent: Extent, _ steps: [String], reference: Int? = nil) {
    self.extent = extent
    self.steps = steps
    self.reference = reference
  }

  /// As on the command line: "--from train".
  package var words: String { steps.map { "--\(extent.rawValue) \($0)" }.joined(separator: " ") }

  /// The steps that a run decides: the selected ones and, by `from`, all that follow.
  func decided(in pipeline: Pipeline) -> Set<String> {
    var found = Set(steps)
    guard extent == .from else { return found }
    for step in pipeline.steps where step.dependsOn.contains(where: found.contains) {
      found.insert(step.name)
    }
    return found
  }

  /// Whether the reference run answers for a step; by `from`, conditions and models are decided as
  /// always, from the outputs that they are given.
  func isTaken(_ step: Step, decided: Set<String>) -> Bool {
    !decided.contains(step.name) && (extent == .only || step.process != nil)
  }
}

extension LaunchBody {
  /// Whether an earlier result counts for a step.
  func takesResults(of step: Step) -> Bool {
    caching == .on && selection?.steps.contains(step.name) != true
      && step.process?.isCached ?? false
  }
}
