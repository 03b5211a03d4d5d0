package import ArgumentParser
import Documents
package import Engine
import Store

/// What of the cache a launch takes, and which part of the pipeline it runs.
package struct SelectionOptions: ParsableArguments {
  @Flag(name: .customLong("no-cache"), help: "Take nothing from the cache: run every step.")
  package var isUncached = false
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Run this step anew, and what follows as needed; may be repeated.",
      discussion: "What does not follow from it is taken from a reference run.",
      valueName: "step"
    )
  )
  package var from: [String] = []
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Run this step and no other; may be repeated.",
      discussion: "Everything else is taken from a reference run.",
      valueName: "step"
    )
  )
  package var only: [String] = []
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The run whose results --from and --only take (default: the newest that has them).",
      valueName: "run"
    )
  )
  package var reference: String?
  @Flag(name: .long, help: "Say what would run and why, step by step, and launch nothing.")
  package var plan = false

  package init() {}

  package func validate() throws {
    if !from.isEmpty && !only.isEmpty {
      throw ValidationError("--from and --only exclude each other: give one of them.")
    }
    if reference != nil && from.isEmpty && only.isEmpty {
      throw ValidationError("--reference needs --from or --only: it says whose results they take.")
    }
  }

  /// The part of the pipeline that is meant; nil for all of it.
  package func selection(run: (String) throws -> Int) rethrows -> Selection? {
    guard !from.isEmpty || !only.isEmpty else { return nil }
    return Selection(
      from.isEmpty ? .only : .from,
      from.isEmpty ? only : from,
      reference: try reference.map(run)
    )
  }
}

extension Session {
  /// Launches, or says what a launch would do.
  func launch(
    _ request: LaunchRequest,
    _ selection: SelectionOptions,
    _ following: FollowOptions
  ) throws {
    var request = request
    request.caching = selection.isUncached ? .off : .on
    request.selection = try selection.selection { try catalog.run(named: $0).id }
    guard selection.plan else { return try launch(.launch(request), following) }
    guard case .plan(let plan) = try agent.send(.plan(request)) else { throw otherAnswer }
    answer(plan.json) { plan.lines(width: width) }
  }

  /// What is said of an answer that does not fit the question.
  var otherAnswer: Explanation {
    Explanation(
      what: "The agent's answer is of another kind.",
      why: "It was started by another version of Lathe.",
      next: "lathe agent stop; the next command starts one of this version."
    )
  }
}
