import Foundation
import Pipelines
import Store
import Terminal

/// The steps of a run: one row each with its state, its reason and its time on the run's clock.
struct StepsPane {
  let facts: RunFacts
  let shown: String?
  /// What the RegisterModel step made.
  var model: ModelRecord?
  /// The pipeline as it is now, which tells what the x of steps' metrics counts.
  var pipeline: Pipeline?
  let now: Double
  let glyphs: GlyphSet

  /// The first row shown in `height` rows, so that the shown step is among them.
  func offset(height: Int) -> Int {
    guard let index = facts.steps.firstIndex(where: { $0.name == shown }) else { return 0 }
    let most = max(0, facts.steps.count - height)
    return min(most, max(0, index - height / 2))
  }

  /// The step in a row of the pane's inside.
  func step(at point: Point, in rect: Rect) -> String? {
    guard rect.contains(point) else { return nil }
    let index = offset(height: rect.height) + point.y - rect.y
    return facts.steps.indices.contains(index) ? facts.steps[index].name : nil
  }

  func draw(on screen: inout Screen, in rect: Rect) {
    guard rect.width > 0 else { return }
    let first = offset(height: rect.height)
    let nameWidth = min(max(8, facts.steps.map { SafeText(hostile: $0.name).width }.max() ?? 0), 24)
    let rows = facts.steps.dropFirst(first).prefix(rect.height).map {
      (step: $0, text: line(of: $0, nameWidth))
    }
    let ganttWidth = ganttWidth(rect.width, text: rows.map(\.text.width).max() ?? 0)
    for (row, (step, text)) in rows.enumerated() {
      let y = rect.y + row
      let (line, gantt) = Rect(x: rect.x, y: y, width: rect.width, height: 1).right(ganttWidth)
      screen.write(text, x: line.x, y: y, width: line.width - 1)
      if !gantt.isEmpty { drawBar(of: step, on: &screen, in: gantt) }
    }
    screen.drawScrollIndicator(
      in: rect,
      offset: first,
      count: facts.steps.count,
      glyphs: glyphs
    )
  }

  /// The bars give way to the words, as far as they can still be told apart.
  private func ganttWidth(_ width: Int, text: Int) -> Int {
    guard width >= 60 else { return 0 }
    let wanted = width >= 84 ? width * 2 / 5 : 16
    return min(wanted, max(10, width - text - 2))
  }

  private func line(of step: StepRecord, _ nameWidth: Int) -> StyledText {
    let isShown = step.name == shown
    let marker: SafeText = isShown ? (glyphs == .ascii ? ">" : "❯") : " "
    var text = StyledText(marker + " ", .accent)
    text.append(step.status.glyph(glyphs) + " ", step.status.style)
    text.append(
      SafeText(hostile: step.name).padded(to: nameWidth) + " ",
      isShown ? .bold : .normal
    )
    text.append(step.status.word.padded(to: 9), step.status.style)
    let details = details(of: step)
    for (index, part) in details.enumerated() {
      text.append(index == 0 ? part.text : "  " + part.text, part.style)
    }
    return text
  }

  /// All steps on one line, the shown one underlined; where each of them stands.
  @discardableResult
  func drawLine(on screen: inout Screen, in rect: Rect) -> [(name: String, place: Rect)] {
    guard rect.width > 0, rect.height > 0 else { return [] }
    var places: [(name: String, place: Rect)] = []
    let texts = facts.steps.map(compact)
    // Left of the shown step as much as fits beside it.
    let index = facts.steps.firstIndex { $0.name == shown } ?? 0
    var first = 0
    func width(_ range: ClosedRange<Int>) -> Int {
      texts[range].reduce(0) { $0 + $1.width + 2 }
    }
    while first < index, width(first...index) > rect.width { first += 1 }
    var x = rect.x
    for (step, text) in zip(facts.steps, texts).dropFirst(first) {
      guard x < rect.maxX - 3 else { break }
      let drawn = screen.write(text, x: x, y: rect.y, width: rect.maxX - x)
      let place = Rect(x: x, y: rect.y, width: drawn, height: 1)
      if step.name == shown {
        let name = Rect(x: x + 2, y: rect.y, width: drawn - 2, height: 1)
        screen.restyle(name) { $0.underline = true }
      }
      places.append((step.name, place))
      x += drawn + 2
    }
    return places
  }

  private func compact(_ step: StepRecord) -> StyledText {
    var text = StyledText(step.status.glyph(glyphs) + " ", step.status.style)
    text.append(SafeText(hostile: step.name).cut(to: 24), step.name == shown ? .bold : .normal)
    if step.status.isActive, let progress = progress(of: step) {
      text.append(" " + progress, .running)
    } else if step.status.isActive {
      text.append(" " + duration(of: step), .running)
    }
    return text
  }

  // MARK: What is said of a step

  func details(of step: StepRecord) -> [StyledText.Run] {
    var parts: [StyledText.Run] = []
    func say(_ text: SafeText, _ style: Style = .normal) {
      if !text.isEmpty { parts.append(StyledText.Run(text, style)) }
    }
    switch step.status {
    case .waiting:
      let open = step.dependsOn.filter { name in
        facts.steps.contains { $0.name == name && !$0.status.isEnd }
      }
      if open.isEmpty {
        say(SafeText(hostile: step.reason ?? ""), .dim)
      } else {
        say("for " + open.map { SafeText(hostile: $0) }.joined(separator: ", "), .dim)
      }
    case .queued, .skipped:
      say(SafeText(hostile: step.reason ?? ""), .dim)
    case .starting, .executing, .stopping:
      say(duration(of: step))
      say(progress(of: step) ?? "")
      if let pid = step.pid { say("pid \(pid)", .dim) }
      if step.attempt > 1 { say("attempt \(step.attempt)", .dim) }
    case .cached:
      let from: SafeText = step.cachedFrom.map { "from r\($0)" } ?? ""
      let saved: SafeText = step.savedSeconds.map { ", saved " + durationText($0) } ?? ""
      say(from + saved, .dim)
      outcome(of: step).map { say($0) }
      say(SafeText(hostile: step.cacheReason ?? ""), .dim)
    case .failed, .stopped:
      say(duration(of: step))
      if let signal = step.signal {
        say("signal \(signal)", step.status.style)
      } else if let code = step.exitCode, code != 0, step.reason?.hasPrefix("Exit code") != true {
        say("exit \(code)", step.status.style)
      }
      say(SafeText(hostile: step.reason ?? ""), step.status.style)
    case .succeeded:
      say(duration(of: step))
      outcome(of: step).map { say($0) }
      if step.type == .registerModel, let model {
        say(SafeText(hostile: model.shortName))
        say(model.approval.word, model.approval.style)
      }
      if let reason = step.cacheReason, facts.parent != nil {
        say("ran: " + SafeText(hostile: reason), .dim)
      }
    }
    return parts
  }

  private func outcome(of step: StepRecord) -> SafeText? {
    guard let outcome = step.outcome else { return nil }
    return outcome ? "holds" : "does not hold"
  }

  private func duration(of step: StepRecord) -> SafeText {
    guard let started = step.started?.timeIntervalSince1970 else { return "" }
    return durationText((step.ended?.timeIntervalSince1970 ?? now) - started)
  }

  /// "epoch 27/40" where a parameter says how many there will be, else "epoch 27".
  func progress(of step: StepRecord) -> SafeText? {
    facts.progress(of: step.name, counting: facts.stepWord(of: step.name, in: pipeline))
  }

  // MARK: The bar on the run's clock

  private func drawBar(of step: StepRecord, on screen: inout Screen, in rect: Rect) {
    guard let start = facts.run.started?.timeIntervalSince1970,
      let from = step.started?.timeIntervalSince1970
    else {
      if step.status == .cached { screen.write("=", x: rect.x, y: rect.y, style: .good) }
      return
    }
    let end = facts.run.ended?.timeIntervalSince1970 ?? max(now, start)
    let to = step.ended?.timeIntervalSince1970 ?? end
    let scale = Double(rect.width) / max(0.001, end - start)
    func column(_ time: Double) -> Int {
      // A clock that was set back, or a cached step's own past, must not leave the pane.
      Int(min(Double(rect.width), max(0, (time - start) * scale)))
    }
    let first = min(rect.width - 1, column(from))
    let count = max(1, column(to) - first)
    let bar: Character = glyphs == .ascii ? "=" : "━"
    for x in first..<min(rect.width, first + count) {
      screen[rect.x + x, rect.y] = Cell(bar, step.status.style)
    }
  }
}
