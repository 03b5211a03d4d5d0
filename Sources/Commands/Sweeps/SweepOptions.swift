package import ArgumentParser
import Documents
import Engine
import Foundation
import Store
import Terminal

/// Which values of which parameters a launch runs.
package struct SweepOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Launch a run for each of these values, and for each combination; may be repeated.",
      discussion: "VALUES are 0.1,0.03 or 1..3 or 0.1..0.5..0.1 or log:1e-4..1e-1..4.",
      valueName: "name=values"
    )
  )
  package var sweep: [String] = []
  @Option(
    name: .long,
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many runs of the sweep may execute at once (default: as many as there is room for).",
      valueName: "n"
    )
  )
  package var parallel: Int?

  package init() {}

  package func validate() throws {
    if parallel != nil && sweep.isEmpty {
      throw ValidationError(
        "--parallel needs --sweep: it says how many of its runs execute at once."
      )
    }
    if let parallel, parallel < 1 {
      throw ValidationError("--parallel has to be at least 1.")
    }
  }
}

extension Session {
  /// Launches one run, or a sweep where one is asked for; or says what that would do.
  func launch(
    _ request: LaunchRequest,
    _ sweep: SweepOptions,
    _ selection: SelectionOptions,
    _ following: FollowOptions
  ) throws {
    guard !sweep.sweep.isEmpty else { return try launch(request, selection, following) }
    var request = request
    request.caching = selection.isUncached ? .off : .on
    request.selection = try selection.selection { try catalog.run(named: $0).id }
    let asked = SweepRequest(launch: request, parts: sweep.sweep, parallel: sweep.parallel)
    if selection.plan {
      guard case .sweepPlan(let plan) = try agent.send(.planSweep(asked)) else { throw otherAnswer }
      return answer(plan.json) { plan.lines(width: width) }
    }
    guard case .sweep(let id) = try agent.send(.sweep(asked)), let record = try catalog.sweep(id)
    else {
      throw Explanation(
        what: "The agent did not name the sweep.",
        why: "Its answer was of another kind.",
        next: "'lathe runs' shows whether it was launched."
      )
    }
    warnOfLogout()
    try stay(with: record, following)
  }

  func stay(with sweep: SweepRecord, _ options: FollowOptions) throws {
    guard !options.detach else {
      let state = try catalog.state(of: sweep)
      return answer(state.json) { [Line("\(sweep.shortName)")] }
    }
    try finish(sweep, attached: options.attached)
  }

  /// Follows a sweep to its end and prints its runs; throws `ExitCode` 1 unless all succeeded.
  func finish(_ sweep: SweepRecord, attached: Bool) throws {
    var follower = SweepFollower(
      session: self,
      sweep: sweep,
      onInterrupt: attached ? .stop : .detach
    )
    let end = try follower.follow()
    try show(sweep, as: end)
    if end.done < end.total { throw ExitCode(1) }
  }
}
