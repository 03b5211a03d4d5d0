import Foundation
import Pipelines
import Store

/// Judges an attempt's points by its watch rules while they are taken in, and keeps what was found.
///
/// Shared by the sink, which shows it every point, and the runner's loop, which tells of what was found;
/// both are on one thread.
final class StepWatch: PointObserver {
  private var watch: Watch
  private var names: [Int: String] = [:]
  private var found: [WatchFinding] = []

  init(_ rules: [WatchRule], start: Double) {
    watch = Watch(rules, start: start)
  }

  func define(_ id: Int, name: String) {
    if watch.concerns(name) { names[id] = name }
  }

  func observe(_ id: Int, step: Double, time: Double, value: Double) {
    guard let name = names[id] else { return }
    found += watch.take(name, step: step, time: time, value: value)
  }

  /// The step printed or logged something.
  func hear(at time: Double) { watch.hear(at: time) }

  /// Seconds until silence has lasted too long; nil where no rule listens for it.
  func pause(at now: Double) -> Double? { watch.deadline.map { max(0, $0 - now) } }

  /// What was found since the last call.
  func takeFindings(at now: Double) -> [WatchFinding] {
    found += watch.wait(until: now)
    guard !found.isEmpty else { return [] }
    defer { found = [] }
    return found
  }
}
