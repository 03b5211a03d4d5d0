package import Engine
package import Foundation
package import Store
import Terminal

/// The attempts of steps that have several, as `lathe show` lists them.
package enum AttemptTable {
  package static func lines(
    _ steps: [StepRecord],
    _ attempts: [String: [StepAttempt]],
    of run: RunRecord,
    width: Int?,
    zone: TimeZone
  ) -> [Line] {
    let rows = steps.flatMap { step in
      (attempts[step.name] ?? []).map { attempt -> [Line] in
        let mark = mark(of: attempt, in: step)
        let exit = attempt.exit
        return [
          mark.line, Line(SafeText(hostile: step.name), .bold), Line("\(attempt.number)"),
          Line(SafeText(hostile: exit.map { dateText($0.started, in: zone) } ?? ""), .dim),
          Line(exit.map { durationText($0.ended.seconds(since: $0.started)) } ?? ""),
          Line(SafeText(hostile: reason(of: attempt, in: step))).cut(to: width ?? 100),
        ]
      }
    }
    guard let first = steps.first(where: { attempts[$0.name]?.isEmpty == false }) else { return [] }
    let columns: [Table.Column] = [
      .init(""), .init("step", least: 8), .init("attempt", right: true), .init("started", rank: 2),
      .init("time"), .init("reason", least: 16),
    ]
    let number = attempts[first.name]?.first?.number ?? 1
    let words = "lathe logs \(run.shortName) \(shellWord(first.name)) --attempt \(number)"
    return Table(columns, rows).lines(width: width)
      + [Line(SafeText(hostile: words), .dim) + Line(" prints what one of them said.", .dim)]
  }

  private static func mark(of attempt: StepAttempt, in step: StepRecord) -> Mark {
    switch attempt.exit?.status {
    case .succeeded: StepStatus.succeeded.mark
    case .failed: StepStatus.failed.mark
    case .stopped: StepStatus.stopped.mark
    case nil: attempt.number == step.logAttempt ? step.status.mark : StepStatus.failed.mark
    }
  }

  private static func reason(of attempt: StepAttempt, in step: StepRecord) -> String {
    if let exit = attempt.exit { return exit.reason ?? exit.warning ?? "" }
    // The record of the step tells of its last attempt, also where its runner could not.
    return attempt.number == step.logAttempt
      ? step.reason ?? "" : "Its runner left no word of its end."
  }
}

extension StepAttempt {
  package var json: JSON {
    [
      "attempt": JSON(number), "status": JSON(exit?.status.rawValue),
      "started": JSON(exit?.started), "ended": JSON(exit?.ended),
      "duration_seconds": JSON(exit.map { $0.ended.seconds(since: $0.started) }),
      "reason": JSON(exit?.reason), "exit_code": JSON(exit?.exitCode), "signal": JSON(exit?.signal),
      "log": JSON(folder.log),
    ]
  }
}
