import Documents

/// No agent took a request: it cannot be started, or gives no answer.
///
/// What is asked next meets the same, other than after a refusal.
package struct AgentUnreachable: Explained, Equatable {
  private let explanation: Explanation

  package init(_ error: any Error) { explanation = Explanation(error) }

  package var what: String { explanation.what }
  package var why: String { explanation.why }
  package var next: String { explanation.next }
}
