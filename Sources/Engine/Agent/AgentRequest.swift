package import Documents
import Foundation
package import Store

/// What the workbench, the command line and the step runners may ask of the agent.
package enum AgentRequest: Sendable, Equatable {
  case launch(LaunchRequest)
  /// What a launch would do, step by step; starts and records nothing.
  case plan(LaunchRequest)
  /// Launches a run for each combination of values: all of them, or none.
  case sweep(SweepRequest)
  /// What a sweep would do; starts and records nothing.
  case planSweep(SweepRequest)
  /// Declares that a step's changed key means the same as that of an earlier run; or takes that back.
  case accept(AcceptRequest)
  /// Continues a failed or stopped run from where it ended, with the code as it is now.
  case resume(run: Int)
  case stop(run: Int)
  /// Continues the failed and stopped runs of a sweep, with the code as it is now.
  case resumeSweep(Int)
  /// Stops the runs of a sweep that execute, and those that wait.
  case stopSweep(Int)
  /// Removes the runs of an ended sweep; those that made models stay.
  case removeSweep(Int)
  /// Moves an ended run's folder to the trash and takes it off the lists.
  case remove(run: Int)
  case annotate(run: Int, name: String?, note: String?)
  /// Keeps a run from any collection, or does so no longer.
  case pin(run: Int, isPinned: Bool)
  /// What a collection would free; with approved runs, frees it.
  case collect(CollectRequest)
  /// Moves objects aside that were found damaged.
  case setAside([Digest])
  case up(UpRequest)
  /// Deletes a stack: its runs stay, its instance's folder goes to the trash.
  case down(stack: String)
  case startInstance(String)
  case stopInstance(String)
  /// Makes an existing folder an instance, in place.
  case adopt(folder: String, name: String?)
  /// Releases an adopted instance; its folder is not touched.
  case release(instance: String)
  case decide(model: String, approval: Approval, note: String?)
  /// From a step runner: this attempt has its exit record. Answered when what follows was started.
  case ended(run: Int, step: String, attempt: Int)
  /// From a step runner: the attempt's watch rules found something, which is in its marks.
  case watched(run: Int, step: String, attempt: Int)
  case ping
  /// What the agent tells of itself.
  case status
  /// Ends the agent; running steps go on.
  case shutdown
}

/// A launch of a pipeline, or of one command.
package struct LaunchRequest: Sendable, Codable, Equatable {
  package enum What: Sendable, Codable, Equatable {
    /// A pipeline file, relative to the instance's folder.
    case pipeline(file: String)
    /// `lathe run -- COMMAND...`: one Training step.
    case command([String])
    /// Everything as in an earlier run, with the code as it is now.
    case rerun(of: Int)
  }

  package var instance: String
  package var what: What
  /// As typed; checked by the agent against the declarations.
  package var parameters: [String: String]
  package var name: String?
  package var note: String?
  /// The environment of the shell that launched; only documented and declared names are used.
  package var environment: [String: String]
  /// Tells this launch from any other: asking twice launches once, whatever dies in between.
  package var token: String
  /// Whether results of earlier executions are taken.
  package var caching: Caching
  /// Which steps are decided at all; nil: every one.
  package var selection: Selection?

  package init(
    instance: String,
    what: What,
    parameters: [String: String] = [:],
    name: String? = nil,
    note: String? = nil,
    environment: [String: String] = [:],
    token: String = UUID().uuidString,
    caching: Caching = .on,
    selection: Selection? = nil
  ) {
    self.instance = instance
    self.what = what
    self.parameters = parameters
    self.name = name
    self.note = note
    self.environment = environment
    self.token = token
    self.caching = caching
    self.selection = selection
  }

  /// Fields that came later may be missing in what an earlier version sends.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    instance = try values.decode(String.self, forKey: .instance)
    what = try values.decode(What.self, forKey: .what)
    parameters = try values.decode([String: String].self, forKey: .parameters)
    name = try values.decodeIfPresent(String.self, forKey: .name)
    note = try values.decodeIfPresent(String.self, forKey: .note)
    environment = try values.decode([String: String].self, forKey: .environment)
    token = try values.decode(String.self, forKey: .token)
    caching = try values.decodeIfPresent(Caching.self, forKey: .caching) ?? .on
    selection = try values.decodeIfPresent(Selection.self, forKey: .selection)
  }
}

/// A template to be provisioned.
package struct UpRequest: Sendable, Codable, Equatable {
  package var stack: String
  /// The gallery's name of the template, or its absolute path.
  package var template: String
  package var parameters: [String: String]
  /// Such as `CAPABILITY_IAM`.
  package var acknowledged: [String]
  package var environment: [String: String]

  package init(
    stack: String,
    template: String,
    parameters: [String: String] = [:],
    acknowledged: [String] = [],
    environment: [String: String] = [:]
  ) {
    self.stack = stack
    self.template = template
    self.parameters = parameters
    self.acknowledged = acknowledged
    self.environment = environment
  }
}

/// The agent's answer: a refusal is thrown by `AgentClient` as its explanation.
package enum AgentReply: Sendable, Equatable {
  case done
  case run(Int)
  case sweep(Int)
  case stack(String)
  case instance(String)
  case plan(LaunchPlan)
  case sweepPlan(SweepPlan)
  case accepted(Acceptance)
  /// It lives, and cannot write down what it has decided: it tries again until it can.
  case waiting(Explanation)
  case status(AgentStatus)
  case collection(CollectionReport)
  case refused(Explanation)
}
