package import Terminal

/// Everything that can wake the workbench.
package enum WorkbenchEvent: Sendable, Equatable {
  case terminal(TerminalEvent)
  /// A query was answered from files that were found on the way: told before the answer.
  case read(Query, from: Set<String>)
  /// A query's answer has come or changed.
  case answered(Query, Answer)
  /// The agent's answer to a `.send`, with the tag as the root gave it out.
  case replied(tag: String, Reply)
  case saved(path: String, failure: String?)
  /// The clock, in seconds since 1970: with each batch, and once a second while something runs.
  case second(Double)
}
