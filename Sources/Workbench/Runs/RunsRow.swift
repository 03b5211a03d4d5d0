import Engine
import Pipelines
import Store
import Terminal

/// A row of the list: a run, or a sweep that stands for its runs.
enum RunsRow: Sendable, Equatable {
  case run(RunRecord)
  /// `isOpen`: its runs stand below it.
  case sweep(SweepState, isOpen: Bool)
  /// A run below its sweep.
  case swept(RunRecord, SweepState)

  /// Tells rows from one another while others come and go.
  enum ID: Sendable, Hashable {
    case run(Int)
    case sweep(Int)
  }

  var id: ID {
    switch self {
    case .run(let run), .swept(let run, _): .run(run.id)
    case .sweep(let state, _): .sweep(state.sweep.id)
    }
  }

  var run: RunRecord? {
    switch self {
    case .run(let run), .swept(let run, _): run
    case .sweep: nil
    }
  }

  /// The sweep that the row is of, as its head or below it.
  var sweep: SweepState? {
    switch self {
    case .run: nil
    case .sweep(let state, _), .swept(_, let state): state
    }
  }

  /// Takes over the main metric of its run as it is by now, where the run has none yet.
  mutating func tell(_ now: RunRecord) {
    guard var run, LiveMetrics.isToldLive(run) else { return }
    run.mainMetric = now.mainMetric
    run.mainGoal = now.mainGoal
    run.mainBest = now.mainBest
    run.mainLast = now.mainLast
    run.sparkline = now.sparkline
    switch self {
    case .run: self = .run(run)
    case .swept(_, let sweep): self = .swept(run, sweep)
    case .sweep: break
    }
  }

  var isHead: Bool { if case .sweep = self { true } else { false } }
}

extension SweepState {
  /// "4/6 done".
  var progress: SafeText { "\(done)/\(total) done" }

  /// "1 FAILED, 2 running": the runs that are not done.
  var openText: StyledText {
    var text = StyledText()
    let parts: [(Int, SafeText, Style)] = [
      (count(.failed), "FAILED", .bad), (count(.stopped), "stopped", .warning),
      (running, "running", .running), (count(.queued), "queued", .dim),
    ]
    for (count, word, style) in parts where count > 0 {
      if !text.isEmpty { text.append(", ", .dim) }
      text.append("\(count) " + word, style)
    }
    return text
  }
}

extension RunRecord {
  /// The values of a sweep's parameters: "lr 0.03 seed 2".
  func sweptText(_ sweep: SweepRecord) -> StyledText {
    var text = StyledText()
    for (name, value) in swept(by: sweep) {
      if !text.isEmpty { text.append(" ") }
      text.append(SafeText(hostile: name) + " ", .dim)
      text.append(SafeText(hostile: value ?? "none"), .accent)
    }
    return text
  }
}
