package import Engine
package import Foundation
package import Store
import Terminal

/// Why the steps of a run were executed or not, as `lathe why` prints it.
package struct WhyReport: Sendable {
  package var run: RunRecord
  package var steps: [StepExplanation]

  package init(run: RunRecord, steps: [StepExplanation]) {
    self.run = run
    self.steps = steps
  }

  /// `diff` gives the text of a change, as `diff -u` prints it.
  ///
  /// Of each no more than `limit` lines, if there is one; as wide as `width`, if that is known.
  package func lines(
    at now: Date,
    limit: Int? = nil,
    width: Int? = nil,
    diff: (StepExplanation.Change) -> [String]?
  ) -> [Line] {
    steps.flatMap { step in
      let rest = "'lathe why \(run.shortName) \(step.step.name) --diff'"
      return step.lines(at: now, DiffFrame(limit: limit, width: width, rest: rest), diff: diff)
    }
  }

  /// What of a diff is shown, and the command that prints all of it.
  fileprivate struct DiffFrame {
    var limit: Int?
    var width: Int?
    var rest: String
  }

  package func json(
    at now: Date,
    diff: (StepExplanation.Change) -> [String]?
  ) -> JSON {
    [
      "run": JSON(run.shortName), "status": JSON(run.status.rawValue),
      "steps": .array(steps.map { $0.json(at: now, diff: diff) }),
    ]
  }
}

extension StepExplanation {
  fileprivate func lines(
    at now: Date,
    _ frame: WhyReport.DiffFrame,
    diff: (Change) -> [String]?
  ) -> [Line] {
    let text = SafeText(hostile: reason ?? "")
    var head = step.status.mark.line + Line(" ") + Line(SafeText(hostile: step.name), .bold)
    var lines: [Line] = []
    switch verdict {
    case .taken(let taken):
      head += Line("  from r\(taken.run)")
      let facts = [
        Line(SafeText(hostile: taken.made.map { "made \(ageText($0, at: now))" } ?? "")),
        Line(taken.savedSeconds.map { "saved \(durationText($0))" } ?? ""), Line(text),
      ]
      lines.append(Line("    ") + facts.joined(", ").styled(.dim))
    case .ran(let comparison):
      head += Line("  ran")
      if !text.isEmpty { head += Line(": ") + Line(text) }
      guard let comparison else { break }
      let age = ageText(comparison.ended, at: now)
      let removed = comparison.isRemoved ? ", which was removed: only what differs is known" : ""
      let same = comparison.changes.isEmpty ? ": everything that it sees is the same" : ""
      lines.append(
        Line(
          SafeText(hostile: "    compared with r\(comparison.run), \(age)\(removed)\(same)"),
          .dim
        )
      )
      for change in comparison.changes { lines += change.lines(diff(change), frame) }
    case .none:
      head += Line("  \(step.status.rawValue)", step.status.mark.style)
      if !text.isEmpty { head += Line(": ") + Line(text) }
    }
    if let warning = step.warning {
      lines.append(Line("    warning: ", .warning) + Line(SafeText(hostile: warning)))
    }
    if step.status == .failed, let reason = step.reason {
      lines.append(Line("    failed: ", .bad) + Line(SafeText(hostile: reason)))
    }
    return [head] + lines
  }

  fileprivate func json(at now: Date, diff: (Change) -> [String]?) -> JSON {
    var members: [JSON.Member] = [
      .init("name", JSON(step.name)), .init("status", JSON(step.status.rawValue)),
    ]
    var source: Taken?
    var other: Comparison?
    switch verdict {
    case .taken(let taken):
      source = taken
      members.append(.init("verdict", "hit"))
    case .ran(let comparison):
      other = comparison
      members.append(.init("verdict", "miss"))
    case .none: members.append(.init("verdict", .null))
    }
    members += [
      .init("reason", JSON(reason)), .init("source", JSON(source.map { "r\($0.run)" })),
      .init("made", JSON(source?.made)),
      .init("age_seconds", JSON(source?.made.map { now.seconds(since: $0) })),
      .init("saved_seconds", JSON(source?.savedSeconds)),
      .init("compared_with", JSON(other.map { "r\($0.run)" })),
      .init("compared_with_removed", JSON(other.map(\.isRemoved))),
      .init("differences", .array((other?.changes ?? []).map { $0.json(diff($0)) })),
      .init("warning", JSON(step.warning)),
    ]
    return .object(members)
  }
}

extension StepExplanation.Change {
  fileprivate func lines(_ diff: [String]?, _ frame: WhyReport.DiffFrame) -> [Line] {
    var line = Line(SafeText(hostile: "      \(item.words)"))
    if old != nil || new != nil || wasUnset || isUnset {
      line = Line(
        SafeText(hostile: "      \(item.part)  \(oldText) -> \(newText)")
      )
    } else if diff == nil, let before = item.old, let after = item.new {
      line += Line(SafeText(hostile: "  \(before.short) -> \(after.short)"), .dim)
    }
    let texts = diff ?? []
    let shown = texts.prefix(frame.limit ?? texts.count)
    let more = texts.count - shown.count
    let last = Line(
      SafeText(hostile: "        and \(more) more lines: \(frame.rest) prints them"),
      .dim
    )
    return [line]
      + shown.map { text in
        let style: Style =
          switch text.first {
          case "+": .good
          case "-": .bad
          case "@": .running
          default: .normal
          }
        let whole = Line("        ") + Line(SafeText(hostile: text), style)
        return frame.width.map { whole.cut(to: $0) } ?? whole
      } + (more > 0 ? [last] : [])
  }

  /// A value that was there and is not known any more is none that was not set.
  private var oldText: String { old ?? (item.change == .new || wasUnset ? "not set" : "unknown") }
  private var newText: String { new ?? (item.change == .gone || isUnset ? "not set" : "unknown") }

  fileprivate func json(_ diff: [String]?) -> JSON {
    [
      "part": JSON(item.part), "file": JSON(item.file), "change": JSON(item.change.word),
      "old": JSON(old), "new": JSON(new), "old_digest": JSON(item.old?.hex),
      "new_digest": JSON(item.new?.hex), "diff": JSON(diff?.joined(separator: "\n")),
    ]
  }
}

extension KeyDifference.Item.Change {
  fileprivate var word: String {
    switch self {
    case .changed: "changed"
    case .new: "new"
    case .gone: "gone"
    }
  }
}
