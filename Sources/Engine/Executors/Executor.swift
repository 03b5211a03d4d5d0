import Store

/// Places step runners and can say whether they live; knows nothing else of a step.
protocol Executor {
  /// Starts the runner of an attempt whose spec is written; returns its process number.
  func place(_ attempt: AttemptFolder) throws -> Int32
}
