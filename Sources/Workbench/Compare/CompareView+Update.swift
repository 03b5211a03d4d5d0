import Curves
import Engine
import Store
import Terminal

extension CompareView {
  package mutating func update(_ event: ViewEvent, _ context: Context) -> [Effect] {
    defer { look(context) }
    switch event {
    case .action(let action): return act(action, context)
    case .terminal(.key(let key)): take(key, context)
    case .terminal(.mouse(let mouse)): take(mouse, context)
    case .terminal, .answered, .saved: break
    case .replied(_, let reply):
      switch reply {
      case .refused(let explanation), .done(.refused(let explanation)):
        return [.tell(Notice(.failure, explanation.sentence))]
      case .done: return [.tell(Notice(.success, "The model is approved."))]
      }
    }
    return []
  }

  /// Takes over from the answers where each run's curves lie.
  private mutating func look(_ context: Context) {
    for run in runs {
      guard let facts = facts(of: run, context) else { continue }
      // The curves are those of the step that the runs are judged by, whatever ran after it.
      let judged = facts.metrics.first(where: \.isMain)?.step
      let sources = RunSources(facts, chosen: judged, home: context.home)
      series[run] = sources.series
      origins[run] = Origin(instance: facts.run.instance, step: sources.metricStep)
    }
    askCurves(context)
    askReadings(context)
  }

  private mutating func act(_ action: String, _ context: Context) -> [Effect] {
    switch action {
    case "run left" where focus == .chart: moveCrosshair(by: -1)
    case "run right" where focus == .chart: moveCrosshair(by: 1)
    case "run left": select(by: -1)
    case "run right": select(by: 1)
    case "base": base = selected
    case "open diff": diffOffset = 0
    case "close diff": diffOffset = nil
    case "all parameters": showsAllParameters.toggle()
    case "best or last": moment = moment.next
    case "next metric": (metric, crosshair) = (metric + 1, nil)
    case "last metric": (metric, crosshair) = (metric - 1, nil)
    case "x axis": (axis, crosshair) = (axis == .step ? .relativeTime : .step, nil)
    case "log axis": isLogarithmic.toggle()
    case "next pane": turn(by: 1)
    case "last pane": turn(by: -1)
    case "zoom": isZoomed.toggle()
    case "charts": return [.open(.charts(runs))]
    case "open run": return [.open(.run(selected))]
    case "approve":
      guard let model = pendingModel(of: selected, context) else { return [] }
      let request = AgentRequest.decide(model: model.shortName, approval: .approved, note: nil)
      return [.send(request, tag: "approve")]
    default: break
    }
    return []
  }

  private mutating func turn(by step: Int) {
    let all = Pane.allCases
    let index = all.firstIndex(of: focus) ?? 0
    focus = all[(index + step + all.count) % all.count]
  }

  private mutating func select(by offset: Int) {
    let shown = ordered
    let index = shown.firstIndex(of: selected) ?? 0
    guard !shown.isEmpty else { return }
    selected = shown[min(max(0, index + offset), shown.count - 1)]
  }

  private mutating func take(_ key: Key, _ context: Context) {
    let page = max(1, context.area.height - 4)
    switch key.code {
    case .up, .character("k"): scroll(by: -1, context)
    case .down, .character("j"): scroll(by: 1, context)
    case .pageUp: scroll(by: -page, context)
    case .pageDown, .character(" "): scroll(by: page, context)
    case .home: scroll(by: -1_000_000, context)
    case .end: scroll(by: 1_000_000, context)
    default: break
    }
  }

  private mutating func scroll(by lines: Int, _ context: Context) {
    if let offset = diffOffset {
      let most = max(
        0,
        diffRows(CompareView.diffWidth(context.area), context).count
          - max(1, context.area.height - 2)
      )
      diffOffset = min(most, max(0, offset + lines))
      return
    }
    guard focus != .chart else { return }
    let layout = layout(context, in: context.area)
    let height = layout.rect(of: focus).inset().height - (focus == .differences ? 1 : 0)
    let most = max(0, rows(of: focus, context).count - max(1, height))
    offsets[focus] = min(most, max(0, (offsets[focus] ?? 0) + lines))
  }

  private mutating func take(_ mouse: Mouse, _ context: Context) {
    switch mouse.action {
    case .wheelUp: scroll(by: -3, context)
    case .wheelDown: scroll(by: 3, context)
    case .move, .drag: moveCrosshair(to: mouse.at, context)
    case .press(.left) where diffOffset == nil:
      let layout = layout(context, in: context.area)
      guard let pane = Pane.allCases.first(where: { layout.rect(of: $0).contains(mouse.at) })
      else { return }
      focus = pane
      if pane == .chart { moveCrosshair(to: mouse.at, context) }
      let columns = columns(in: layout.rect(of: pane).inset().left(1).1)
      if pane != .chart, let column = columns.first(where: { $0.place.contains(mouse.at) }) {
        selected = column.run
      }
    default: break
    }
  }
}
