import Curves
import Documents
import Engine
import Store
import Terminal

extension RunView {
  package mutating func update(_ event: ViewEvent, _ context: Context) -> [Effect] {
    defer { look(context) }
    switch event {
    case .action(let action): return act(action, context)
    case .terminal(let event): return take(event, context)
    case .replied(let tag, let reply): return hear(tag, reply)
    case .answered, .saved: return []
    }
  }

  /// Takes over from the answers whose log and curves are to be asked for next.
  private mutating func look(_ context: Context) {
    guard let facts = facts(context) else { return }
    let before = sources
    sources = RunSources(facts, chosen: chosen, home: context.home)
    let main = facts.metrics.first { $0.isMain }?.name ?? facts.run.mainMetric
    curves.order.refresh(metricFacts(context).map(\.name), main: main)
    if before.log != sources.log {
      // A few lines before the one that is meant.
      log.position = openingLine.map { .line(max(0, $0 - 2)) } ?? .automatic
      log.match = openingLine
      openingLine = nil
    }
    // A cell for the frame at each side, one for the margin, one for the scroll indicator.
    log.width = layout(facts, context, in: context.area).log.width - 4
    tailFirst =
      sources.log.flatMap { folder in
        LogPane.log(context.answers[.log(folder, .tail(lines: LogPane.window))])?.first
      } ?? 0
    askCurves(facts, context)
  }

  private func hear(_ tag: String, _ reply: Reply) -> [Effect] {
    switch reply {
    case .refused(let explanation), .done(.refused(let explanation)):
      return [.tell(Notice(.failure, explanation.sentence))]
    // That it stops, and has stopped, is what the header says.
    case .done: return tag == "resume" ? [.tell(Notice(.success, "r\(run) goes on."))] : []
    }
  }

  // MARK: Keys

  private mutating func act(_ action: String, _ context: Context) -> [Effect] {
    guard let facts = facts(context) else { return [] }
    switch action {
    case "next pane": turn(by: 1, facts, context)
    case "last pane": turn(by: -1, facts, context)
    case "zoom": isZoomed.toggle()
    case "shrink log": isZoomed = false
    case "open pane" where focus == .chart: return open("charts", facts, context)
    case "open pane": (focus, isZoomed) = (.log, !isLogWhole)
    case "next step": step(by: 1, facts)
    case "last step": step(by: -1, facts)
    case "next metric": curves.group += 1
    case "last metric": curves.group -= 1
    case "log axis": curves.isLogarithmic.toggle()
    case "x axis": curves.axis = curves.axis == .step ? .relativeTime : .step
    case "follow": log.position = .follow
    case "wrap": log.isWrapped.toggle()
    case "start search", "search", "cancel search", "drop search", "next match", "last match":
      return search(action, facts, context)
    case "stop": asksToStop = true
    case "keep": asksToStop = false
    case "stop now":
      asksToStop = false
      return [.send(.stop(run: run), tag: "stop")]
    case "resume": return [.send(.resume(run: run), tag: "resume")]
    default: return open(action, facts, context)
    }
    return []
  }

  private func open(_ action: String, _ facts: RunFacts, _ context: Context) -> [Effect] {
    switch action {
    case "open failure":
      guard let place = failingLine(context), let folder = instanceFolder(context) else {
        return []
      }
      let path = folder + "/" + place.file
      return [.open(.editor(path: path, line: place.line, resuming: run))]
    case "edit":
      guard let script = script(context), let folder = instanceFolder(context) else { return [] }
      let ended = facts.run.status == .failed || facts.run.status == .stopped
      let path = folder + "/" + script.file
      return [.open(.editor(path: path, line: script.line, resuming: ended ? run : nil))]
    case "compare":
      guard let parent = facts.parent else { return [] }
      return [.open(.compare([parent.id, run]))]
    case "charts": return [.open(.charts([run]))]
    case "model":
      guard let model = model(context) else { return [] }
      return [.open(.model(model.shortName))]
    case "rerun": return [.open(.runForm(instance: facts.run.instance, from: run))]
    case "copy path":
      return [.copy(path(context))]
    default: return []
    }
  }

  private mutating func turn(by step: Int, _ facts: RunFacts, _ context: Context) {
    // Zoomed, only one pane is shown, but Tab still goes around all of them.
    let all = RunLayout(
      area: context.area,
      steps: facts.steps.count,
      sideRows: 0,
      zoomed: nil
    ).panes
    guard !all.isEmpty else { return }
    let index = all.firstIndex(of: focus) ?? 0
    focus = all[(index + step + all.count) % all.count]
  }

  private mutating func step(by offset: Int, _ facts: RunFacts) {
    guard !facts.steps.isEmpty else { return }
    let index = facts.steps.firstIndex { $0.name == sources.step } ?? 0
    chosen = facts.steps[min(max(0, index + offset), facts.steps.count - 1)].name
  }

  private mutating func search(
    _ action: String,
    _ facts: RunFacts,
    _ context: Context
  ) -> [Effect] {
    if action == "start search" {
      // What was looked for last is looked for again where nothing is typed.
      log.field = TextField(placeholder: SafeText(hostile: log.pattern), limit: 200)
      focus = .log
      return []
    }
    if action == "cancel search" {
      log.field = nil
      return []
    }
    if action == "drop search" {
      log.pattern = ""
      log.match = nil
      return []
    }
    if action == "search" {
      let text = log.field?.text ?? ""
      if !text.isEmpty { log.pattern = text }
      log.field = nil
      log.match = nil
      if log.pattern.isEmpty { return [] }
    }
    guard let lines = logFacts(context) else { return [] }
    let height = logHeight(facts, context)
    // The newest place is the most interesting one, so a new search goes up from the end.
    let forward = action == "next match"
    if log.find(forward: forward, lines, height: height) { return [] }
    let searched = "the \(lines.lines.count) lines that were read"
    return [.tell(Notice(.failure, "\"\(log.pattern)\" is not in \(searched)."))]
  }

  // MARK: The keyboard and the mouse as they come

  private mutating func take(_ event: TerminalEvent, _ context: Context) -> [Effect] {
    switch event {
    case .key(let key):
      if log.field != nil {
        _ = log.field?.handle(key)
      } else if let facts = facts(context) {
        move(key, facts, context)
      }
    case .paste(let text): log.field?.insert(text)
    case .mouse(let mouse):
      if let facts = facts(context) { take(mouse, facts, context) }
    case .resize, .focus, .hangup: break
    }
    return []
  }

  private mutating func move(_ key: Key, _ facts: RunFacts, _ context: Context) {
    let rows = focus == .steps
    switch key.code {
    case .up where rows, .character("k") where rows: step(by: -1, facts)
    case .down where rows, .character("j") where rows: step(by: 1, facts)
    case .left: step(by: -1, facts)
    case .right: step(by: 1, facts)
    default:
      guard let lines = logFacts(context) else { return }
      let height = logHeight(facts, context)
      switch key.code {
      case .up, .character("k"): log.scroll(by: -1, lines, height: height)
      case .down, .character("j"): log.scroll(by: 1, lines, height: height)
      case .pageUp: log.scroll(by: -max(1, height - 1), lines, height: height)
      case .pageDown: log.scroll(by: max(1, height - 1), lines, height: height)
      case .home, .character("g"): log.position = .line(0)
      case .end, .character("G"): log.position = .follow
      default: break
      }
    }
  }

  private mutating func take(_ mouse: Mouse, _ facts: RunFacts, _ context: Context) {
    let layout = layout(facts, context, in: context.area)
    guard let pane = layout.pane(at: mouse.at) else { return }
    switch mouse.action {
    case .press(.left):
      focus = pane
      if pane == .steps, let name = stepName(at: mouse.at, layout, facts, context) {
        chosen = name
      } else if mouse.clicks == 2 {
        isZoomed.toggle()
      }
    case .wheelUp, .wheelDown:
      let up = mouse.action == .wheelUp
      if pane == .steps {
        step(by: up ? -1 : 1, facts)
      } else if pane == .log, let lines = logFacts(context) {
        log.scroll(by: up ? -3 : 3, lines, height: logHeight(facts, context))
      }
    default: break
    }
  }

  private func stepName(
    at point: Point,
    _ layout: RunLayout,
    _ facts: RunFacts,
    _ context: Context
  ) -> String? {
    let pane = stepsPane(facts, context)
    guard layout.arrangement == .small, !isZoomed else {
      return pane.step(at: point, in: layout.steps.inset())
    }
    var scratch = Screen(size: context.size)
    let places = pane.drawLine(on: &scratch, in: stepsLine(layout))
    return places.first { $0.place.contains(point) }?.name
  }

  func logHeight(_ facts: RunFacts, _ context: Context) -> Int {
    let inside = layout(facts, context, in: context.area).log.inset()
    return max(1, log.body(in: inside, hasFailure: failure(facts, context) != nil).height)
  }
}
