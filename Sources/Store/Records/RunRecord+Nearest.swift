import Pipelines

extension RunRecord {
  /// In how much a run differs from another one, as far as a launch knows it.
  package struct Difference: Sendable, Equatable {
    /// The parameters whose values differ, or that only one of them has, by name.
    package var parameters: [String]
    package var hasOtherCode: Bool
    package var hasOtherPipeline: Bool
    /// Both are commands, which differ in more than the parameters.
    package var hasOtherCommand: Bool

    /// What was edited, the pipeline or command before the code that comes with it; nil where nothing was.
    package var edit: String? {
      hasOtherPipeline
        ? "pipeline edited"
        : hasOtherCommand ? "command edited" : hasOtherCode ? "code edited" : nil
    }

    /// How many things that are.
    package var count: Int {
      parameters.count + [hasOtherCode, hasOtherPipeline, hasOtherCommand].count { $0 }
    }
  }

  package func difference(from other: RunRecord) -> Difference {
    let names = Set(parameters.keys).union(other.parameters.keys)
    let changed = names.filter { name in
      guard let own = parameters[name], let theirs = other.parameters[name] else { return true }
      return !own.isSame(as: theirs)
    }.sorted()
    let isOther = pipelineFile != other.pipelineFile
    let areCommands = isCommand && other.isCommand
    return Difference(
      parameters: changed,
      hasOtherCode: code != other.code,
      hasOtherPipeline: isOther && !areCommands,
      // The text of a command has its parameters in it.
      hasOtherCommand: isOther && areCommands
        && (changed.isEmpty || source.command != other.source.command)
    )
  }

  /// Whether one command was launched, without a pipeline file, as far as its record knows.
  package var isCommand: Bool { source.command != nil }

  /// Of some runs the one that this one differs least from, the first of those at a tie.
  package func nearest(among runs: [RunRecord]) -> RunRecord? {
    runs.map { ($0, difference(from: $0).count) }.min { $0.1 < $1.1 }?.0
  }
}
