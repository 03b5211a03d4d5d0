import Documents
import Foundation
import Store
package import Terminal

extension RunView {
  package func draw(on screen: inout Screen, in area: Rect, _ context: Context) {
    screen.fill(area)
    guard let facts = facts(context) else {
      if case .failed(let explanation)? = context.answers[.run(run)] {
        drawExplanation(explanation, on: &screen, in: area)
      } else {
        screen.write("Reading r\(run)...", x: area.x + 1, y: area.y, style: .dim)
      }
      return
    }
    let layout = layout(facts, context, in: area)
    RunHeader(facts: facts, now: context.now).draw(on: &screen, in: layout.header)
    drawSteps(facts, context, on: &screen, layout)
    drawChart(facts, context, on: &screen, in: layout.chart)
    drawSide(facts, context, on: &screen, in: layout.side)
    drawLog(facts, context, on: &screen, in: layout.log)
    drawBottom(facts, context, on: &screen, in: layout.bottom)
    if asksToStop { drawQuestion(facts, context, on: &screen, in: area) }
  }

  func stepsPane(_ facts: RunFacts, _ context: Context) -> StepsPane {
    StepsPane(
      facts: facts,
      shown: sources.step,
      model: model(context),
      pipeline: pipeline(context)?.pipeline,
      now: context.now,
      glyphs: context.glyphs
    )
  }

  /// Where the one line of steps stands in the small arrangement.
  func stepsLine(_ layout: RunLayout) -> Rect { layout.steps.left(1).1 }

  private func drawSteps(
    _ facts: RunFacts,
    _ context: Context,
    on screen: inout Screen,
    _ layout: RunLayout
  ) {
    let pane = stepsPane(facts, context)
    guard layout.arrangement != .small || isZoomed else {
      pane.drawLine(on: &screen, in: stepsLine(layout))
      if focus == .steps {
        let mark: SafeText = context.glyphs == .ascii ? ">" : "❯"
        screen.write(mark, x: layout.steps.x, y: layout.steps.y, style: .accent)
      }
      return
    }
    guard !layout.steps.isEmpty else { return }
    let done = facts.steps.count(where: \.status.isSuccess)
    let skipped = facts.steps.count { $0.status == .skipped }
    let isOver = done + skipped == facts.steps.count && skipped > 0
    let frame = Frame(
      "Steps",
      right: isOver
        ? "\(done) done, \(skipped) skipped" : "\(done) of \(facts.steps.count) done",
      focused: focus == .steps,
      glyphs: context.glyphs
    )
    pane.draw(on: &screen, in: frame.draw(on: &screen, in: layout.steps))
  }

  private func drawSide(
    _ facts: RunFacts,
    _ context: Context,
    on screen: inout Screen,
    in rect: Rect
  ) {
    guard !rect.isEmpty else { return }
    let step = shownStep(facts)
    var title = SafeText(hostile: step?.name ?? "run")
    let word = facts.stepWord(of: step?.name, in: pipeline(context)?.pipeline)
    if let step, let progress = facts.progress(of: step.name, counting: word) {
      // "step 10/60" of one that is over would read as if it went on.
      let isCut = step.status == .failed || step.status == .stopped
      title = title + (isCut ? ", ended at " : ", ") + progress
    }
    let frame = Frame(title, focused: focus == .side, glyphs: context.glyphs)
    let inside = frame.draw(on: &screen, in: rect)
    side(facts, context).draw(on: &screen, in: inside.left(1).1.right(1).0)
  }

  private func drawLog(
    _ facts: RunFacts,
    _ context: Context,
    on screen: inout Screen,
    in rect: Rect
  ) {
    guard !rect.isEmpty else { return }
    let lines = logFacts(context)
    let failure = failure(facts, context)
    let inside = rect.inset()
    let height = log.body(in: inside, hasFailure: failure != nil).height
    var title: SafeText = "Log"
    if let step = sources.step { title = "Log: " + SafeText(hostile: step) }
    let frame = Frame(
      title,
      right: lines.map { logState($0, facts, height: height) } ?? "",
      focused: focus == .log,
      glyphs: context.glyphs
    )
    log.draw(
      on: &screen,
      in: frame.draw(on: &screen, in: rect).left(1).1,
      lines,
      failure: failure,
      empty: emptyLog(facts),
      glyphs: context.glyphs
    )
  }

  private func logState(_ lines: LogFacts, _ facts: RunFacts, height: Int) -> SafeText {
    var text: SafeText = ""
    if !log.pattern.isEmpty {
      let count = log.matchCount(lines)
      text = "/" + SafeText(hostile: log.pattern).cut(to: 20) + "  "
      if !count.isEmpty { text = text + count + "  " }
    }
    let isActive = facts.steps.contains { $0.name == sources.step && $0.status.isActive }
    let top = log.top(lines, height: height)
    if !log.isFollowing(lines, height: height) {
      text = text + "line \(top + 1) of \(grouped(lines.count))  f follows"
    } else {
      text = text + (isActive ? "follow  " : "") + countOfLines(lines.count)
    }
    let errors = lines.errors
    return errors == 0 ? text : text + "  \(errors) " + (errors == 1 ? "error" : "errors")
  }

  private func emptyLog(_ facts: RunFacts) -> SafeText {
    guard let step = shownStep(facts) else { return "" }
    return switch step.status {
    case .waiting, .queued: "Nothing yet: the step waits."
    case .starting: "Nothing yet: the step starts."
    case .skipped: "The step was skipped."
    case .executing, .stopping: "Nothing was printed yet."
    case .cached, .succeeded, .stopped, .failed:
      sources.log == nil ? "This step prints nothing." : "Nothing was printed."
    }
  }

  private func drawBottom(
    _ facts: RunFacts,
    _ context: Context,
    on screen: inout Screen,
    in rect: Rect
  ) {
    guard !rect.isEmpty else { return }
    let run = facts.run
    var text: SafeText = ""
    var style = Style.dim
    if run.status.isActive {
      let start = (run.started ?? run.created).timeIntervalSince1970
      let began: SafeText = run.started == nil ? "was launched" : "started"
      text =
        "\(run.shortName) \(began) " + clockText(start, now: context.now)
        + ". Closing this window does not stop it."
    } else if let reason = run.reason, !reason.isEmpty {
      text = SafeText(hostile: reason)
      if run.status == .failed, failingLine(context) != nil, let ended = run.ended {
        // The reason stands above the log; here what can be done about it.
        let clock = clockText(ended.timeIntervalSince1970, now: context.now)
        text =
          "\(run.shortName) failed \(clock). Enter opens the line; Ctrl-R there saves and resumes."
      }
      style = run.status.style
    } else if let ended = run.ended?.timeIntervalSince1970 {
      text = "\(run.shortName) ended " + clockText(ended, now: context.now) + "."
      if let model = model(context) {
        text = text + " Model " + SafeText(hostile: model.shortName) + " "
        text = text + (model.approval == .pending ? "needs your approval: A leads to it." : "is ")
        if model.approval == .pending {
          style = .warning
        } else {
          text = text + model.approval.word + "."
        }
      }
    }
    screen.write(text, x: rect.x + 1, y: rect.y, style: style, width: rect.width - 1)
  }

  private func drawQuestion(
    _ facts: RunFacts,
    _ context: Context,
    on screen: inout Screen,
    in area: Rect
  ) {
    let running = facts.steps.filter(\.status.isActive).map { SafeText(hostile: $0.name) }
    var line: SafeText = "What has ended is kept"
    if !running.isEmpty { line = line + "; what runs is lost: " + running.joined(separator: ", ") }
    Dialog(
      title: "Stop r\(run)?",
      lines: [StyledText(line + "."), StyledText("'r' resumes it later.", .dim)],
      buttons: ["Enter stops it", "Esc lets it run"],
      style: .bad,
      glyphs: context.glyphs
    ).draw(on: &screen, in: area)
  }
}

/// An error where a view's content would stand: what, why and what to do.
func drawExplanation(_ explanation: Explanation, on screen: inout Screen, in area: Rect) {
  var lines = [StyledText(SafeText(hostile: explanation.what), Style(.bad, bold: true))]
  lines += SafeText.lines(hostile: explanation.why, most: 50).map { StyledText($0) }
  lines.append(StyledText(SafeText(hostile: explanation.next), .accent))
  TextBlock(lines.filter { !$0.isEmpty }).draw(on: &screen, in: area.inset())
}

func countOfLines(_ count: Int) -> SafeText {
  count == 1 ? "1 line" : grouped(count) + " lines"
}

/// A count with commas between its thousands.
func grouped(_ number: Int) -> SafeText {
  let digits = Array(String(number))
  var text = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
    text.append(digit)
  }
  return SafeText(hostile: text)
}
