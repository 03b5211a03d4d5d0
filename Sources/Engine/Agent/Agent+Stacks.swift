import Documents
import Store

extension Agent {
  /// Finishes or rolls back what an earlier agent left half made.
  func recoverStacks() {}

  /// Stacks and instances: slow work on a thread of its own.
  func provision(
    _ request: AgentRequest,
    _ answer: @escaping @Sendable (AgentReply, Agent) -> Void
  ) throws {
    throw Explanation(what: "Stacks come with the next commit.")
  }
}
