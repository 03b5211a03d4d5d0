import Documents
package import Engine
import Pipelines
import Terminal

extension LaunchPlan {
  /// A row a step, and what is saved in all.
  package func lines(width: Int?) -> [Line] {
    let rows = steps.map { step in
      [
        step.mark, Line(SafeText(hostile: step.name), .bold),
        Line(SafeText(hostile: step.words), step.isTaken ? .dim : .normal), step.saved,
      ]
    }
    let columns: [Table.Column] = [
      .init(""), .init("step", least: 8), .init("what would become of it", least: 20),
      .init("saves", right: true, rank: 1),
    ]
    let taken = steps.count(where: \.isTaken)
    let saved = savedSeconds > 0 ? ", saving \(durationText(savedSeconds).string)" : ""
    return Table(columns, rows).lines(width: width) + [
      Line(),
      Line(
        SafeText(hostile: "\(taken) of \(steps.count) steps have their result already\(saved)."),
        .dim
      ),
    ] + (refusal.map(LaunchPlan.refused) ?? [])
  }

  private static func refused(_ refusal: Explanation) -> [Line] {
    [
      Line("The launch would be refused: ", .bad) + Line(SafeText(hostile: refusal.what)),
      Line("  why: ", .dim) + Line(SafeText(hostile: refusal.why)),
      Line(" next: ", .dim) + Line(SafeText(hostile: refusal.next)),
    ]
  }

  package var json: JSON {
    [
      "instance": JSON(instance), "pipeline": JSON(pipeline), "saved_seconds": JSON(savedSeconds),
      "steps": .array(steps.map(\.json)), "refused": JSON(refusal?.what),
    ]
  }
}

extension PlannedStep {
  fileprivate var isTaken: Bool { if case .taken = decision { true } else { false } }

  fileprivate var mark: Line {
    switch decision {
    case .taken: Line("✓", .good)
    case .runs: Line("●", .running)
    case .awaited, .follows, .decided: Line("○", .dim)
    case .skipped: Line("-", .dim)
    case .fails: Line("✗", .bad)
    }
  }

  fileprivate var saved: Line {
    guard case .taken(_, let seconds?, _) = decision else { return Line() }
    return Line(durationText(seconds), .dim)
  }

  fileprivate var json: JSON {
    var run: Int?
    var seconds: Double?
    var reason: String?
    var after: [String] = []
    let word: String
    switch decision {
    case .taken(let source, let saved, let text):
      (word, run, seconds, reason) = ("taken", source, saved, text)
    case .runs(let text): (word, reason) = ("runs", text)
    case .awaited(let other, let step): (word, run, after) = ("awaited", other, [step])
    case .follows(let steps): (word, after) = ("follows", steps)
    case .decided: word = "decided"
    case .skipped(let text): (word, reason) = ("skipped", text)
    case .fails(let text): (word, reason) = ("fails", text)
    }
    return [
      "name": JSON(name), "type": JSON(type.rawValue), "decision": JSON(word),
      "run": JSON(run.map { "r\($0)" }), "saved_seconds": JSON(seconds), "reason": JSON(reason),
      "after": .array(after.map { .string($0) }), "if": JSON(branch), "words": JSON(words),
    ]
  }
}
