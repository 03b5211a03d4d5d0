/// When a failed attempt of a step is followed by another; SageMaker's retry policy.
package struct RetryPolicy: Sendable, Equatable {
  /// What an attempt failed of, in SageMaker's names and Lathe's own.
  package enum Exception: String, Sendable, Codable, CaseIterable {
    case serviceFault = "Step.SERVICE_FAULT"
    case throttling = "Step.THROTTLING"
    case jobInternalError = "SageMaker.JOB_INTERNAL_ERROR"
    case capacityError = "SageMaker.CAPACITY_ERROR"
    case resourceLimit = "SageMaker.RESOURCE_LIMIT"
    /// The script ended with an exit code other than 0, or by a signal of its own.
    case exit = "Lathe.EXIT"
    /// The attempt ran longer than its `timeout`.
    case timeout = "Lathe.TIMEOUT"
  }

  package enum Limit: Sendable, Equatable {
    /// So many further attempts; 0: none.
    case attempts(Int)
    /// Further attempts begin within so many seconds of the first failure.
    case expireAfter(Double)
  }

  package var exceptions: Set<Exception>
  /// Seconds before the second attempt.
  package var interval: Double
  /// By how much each wait is longer than the one before; at least 1.
  package var backoff: Double
  package var limit: Limit

  package init(
    exceptions: Set<Exception>,
    interval: Double = 1,
    backoff: Double = 2,
    limit: Limit = .attempts(5)
  ) {
    self.exceptions = exceptions
    self.interval = interval
    self.backoff = backoff
    self.limit = limit
  }

  /// Seconds to wait before another attempt; nil when there is to be none.
  ///
  /// `failures` attempts have failed (at least 1) of what this policy names, the first of them
  /// `elapsed` seconds ago. The wait is `interval * backoff^(failures - 1)`, at most 12 hours.
  package func delay(afterFailures failures: Int, elapsed: Double) -> Double? {
    var wait = interval
    for _ in 1..<max(1, failures) where wait < RetryPolicy.longestInterval { wait *= backoff }
    wait = min(wait, RetryPolicy.longestInterval)
    switch limit {
    case .attempts(let most): return failures <= most ? wait : nil
    case .expireAfter(let seconds): return elapsed + wait <= seconds ? wait : nil
    }
  }

  /// SageMaker's bound of IntervalSeconds.
  package static let longestInterval = 43_200.0
}
