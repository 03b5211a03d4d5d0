import Store

/// Places step runners and can say whether they live; knows nothing else of a step.
protocol Executor {
  /// Starts the runner of an attempt whose spec is written; returns its process number.
  func place(_ attempt: AttemptFolder) throws -> Int32

  /// Starts a runner that takes orders over a channel, a stream socket, until that is closed.
  ///
  /// Returns its process number and the agent's end, which the agent closes.
  func start() throws -> (pid: Int32, channel: Int32)
}
