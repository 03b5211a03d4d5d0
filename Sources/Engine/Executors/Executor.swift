import Store

/// Hands attempts to step runners, and tells what becomes of them; knows nothing else of a step.
protocol Executor: AnyObject {
  /// Called once, before anything else: `report` is called on the loop's thread.
  func begin(on loop: EventLoop, report: @escaping (ExecutorReport) -> Void)

  /// Hands an attempt to a runner, which claims it; throws when none can be started.
  ///
  /// Returns the runner's process; nil where its claim alone tells.
  func run(_ spec: AttemptSpec, in attempt: AttemptFolder) throws -> Int32?

  /// Tells the runner of an attempt to end its script, as the user wants it.
  ///
  /// Returns false when no runner of this executor has the attempt.
  func stop(_ spec: RunnerName) -> Bool

  /// Nothing waits to be run: idle runners may end, but for one where none is at work.
  func rest()

  /// No run is left, or this agent ends: idle runners end, those at work go on without it.
  func end()
}

/// What an executor tells of an attempt that it was given.
enum ExecutorReport: Sendable {
  /// The record is in the attempt's folder as well.
  case ended(RunnerName, ExitRecord)
  /// Its watch rules found something.
  case watched(RunnerName)
  /// Its runner is gone without a word: what the attempt's folder says is the truth.
  case lost(RunnerName)
  /// Its runner did not begin it.
  case refused(RunnerName, Refusal)
}
