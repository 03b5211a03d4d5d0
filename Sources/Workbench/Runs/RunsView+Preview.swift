import Foundation
import Pipelines
import Store
import Terminal

/// What the selected row is about, below the list.
extension RunsView {
  /// What the selected run is about, where the screen is high enough.
  func drawPreview(of row: RunsRow?, on screen: inout Screen, in rect: Rect, _ context: Context) {
    guard let row else { return }
    if row.isHead, let state = row.sweep {
      let sweep = state.sweep
      let inside = Frame(
        sweep.name.map { "\(sweep.shortName) \"\($0)\"" } ?? "\(sweep.shortName)",
        right: "\(sweep.instance), \(sweep.pipeline)",
        glyphs: context.glyphs
      ).draw(on: &screen, in: rect)
      return write(details(of: state, width: inside.width - 2, context), on: &screen, in: inside)
    }
    guard let run = row.run else { return }
    let inside = Frame(
      run.name.map { "r\(run.id) \"\($0)\"" } ?? "r\(run.id)",
      right: "\(run.instance), \(run.pipeline)",
      glyphs: context.glyphs
    ).draw(on: &screen, in: rect)
    write(details(of: run, width: inside.width - 2, context), on: &screen, in: inside)
  }

  private func write(_ lines: [StyledText], on screen: inout Screen, in inside: Rect) {
    for (index, text) in lines.prefix(inside.height).enumerated() {
      screen.write(text, x: inside.x + 1, y: inside.y + index, width: inside.width - 2)
    }
  }

  private func details(of run: RunRecord, width: Int, _ context: Context) -> [StyledText] {
    var lines: [StyledText] = []
    func line(_ label: SafeText, _ text: StyledText) {
      guard !text.isEmpty else { return }
      for (index, part) in text.wordWrapped(to: width - 12).enumerated() {
        lines.append(StyledText((index == 0 ? label : "").padded(to: 12), .dim) + part)
      }
    }
    if let reason = run.reason {
      // Most reasons begin with the step's name.
      let step = run.failedStep.map { reason.hasPrefix("\($0):") ? "" : "\($0): " } ?? ""
      let failed = run.status == .failed
      line(failed ? "failed" : "ended", StyledText("\(step)\(reason)", failed ? .bad : .warning))
    }
    line("alerts", alerts(of: run, context))
    line("note", StyledText(SafeText(hostile: run.note ?? "")))
    if run.isPinned { line("pinned", StyledText("it is kept; p takes the pin off")) }
    line("changed", changes(of: run, context))
    line("parameters", parameters(run))
    let cached = run.stepsCached > 0 ? ", \(run.stepsCached) from the cache" : ""
    let skipped = run.stepCount - run.stepsDone
    let steps =
      run.status == .succeeded && skipped > 0
      ? "\(run.stepsDone) done, \(skipped) skipped" : "\(run.stepsDone) of \(run.stepCount) done"
    line("steps", StyledText("\(steps)\(cached)"))
    if let model = model(of: run, context) {
      line(
        "model",
        StyledText("\(model.shortName) ") + StyledText(model.approval.word, model.approval.style)
          + StyledText(model.approval == .pending ? ": A leads to it" : "", .dim)
      )
    }
    line("code", StyledText(source(run)))
    let place = [
      run.host.isEmpty ? "" : " on \(run.host)", run.user.isEmpty ? "" : " by \(run.user)",
    ]
    let clock = clockText(run.created.timeIntervalSince1970, now: context.now)
    line("launched", StyledText("\(clock)\(place.joined())"))
    return lines
  }

  /// "!3 train: NaN at 12: loss is NaN.": how often watch rules found something, and what last.
  private func alerts(of run: RunRecord, _ context: Context) -> StyledText {
    let count = context.alertCount(of: run.id)
    guard count > 0 else { return StyledText() }
    let newest = context.newestAlert(of: run.id)?.told ?? "of watch rules: Enter shows them"
    return StyledText((count == 1 ? "! " : "!\(count) ") + newest, .warning)
  }

  private func parameters(_ run: RunRecord) -> StyledText {
    var text = StyledText()
    for (name, value) in run.parameters.sorted(by: { $0.key < $1.key }) {
      if !text.isEmpty { text.append("  ") }
      text.append(SafeText(hostile: name) + " ", .dim)
      text.append(SafeText(hostile: value.description))
    }
    return text
  }

  private func source(_ run: RunRecord) -> SafeText {
    guard let commit = run.source.commit else { return "snapshot \(run.code.hex.prefix(8))" }
    let edited = run.source.editedFiles.count
    let branch = run.source.branch.map { " on \($0)" } ?? ""
    let more = edited > 0 ? " +\(edited) edited \(edited == 1 ? "file" : "files")" : ""
    return "\(commit.prefix(7))\(branch)\(more)"
  }
}
