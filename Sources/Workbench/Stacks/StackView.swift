import Engine
import Foundation
import Store
package import Terminal

/// One stack: its resources, and its events as they come, down to what can be done next.
package struct StackView: View {
  let stack: String
  private var scroll = ListState()
  private var follows = true
  private var confirmation: Confirmation?

  package init(stack: String) { self.stack = stack }

  package var title: SafeText { "Stack \(stack)" }

  package var takesText: Bool { confirmation != nil }

  package var queries: Set<Query> { [.stack(stack)] }

  private func instance(_ context: Context) -> InstanceRecord? {
    context.headerFacts?.instances.first { $0.stack == stack }
  }

  package func bindings(_ context: Context) -> [Binding] {
    if let confirmation { return confirmation.bindings }
    let facts = context.stackFacts(stack)
    let notUp: SafeText? =
      instance(context)?.status == .inService ? nil : "Its instance is not running yet."
    return [
      Binding(
        [.enter, Key("n")],
        "Enter",
        "launch pipeline",
        action: "launch",
        help: "Launch the instance's pipeline.",
        unavailable: notUp
      ),
      Binding(
        [Key("e")],
        "e",
        "files",
        action: "explorer",
        help: "See and edit the instance's files.",
        unavailable: instance(context) == nil ? "It has no instance yet." : nil
      ),
      Binding(
        [Key("f")],
        "f",
        "follow",
        action: "follow",
        help: "Keep the newest event in view.",
        unavailable: follows ? "It follows already." : nil
      ),
      Binding(
        [Key("x")],
        "x",
        "take down",
        action: "down",
        help: "Delete the stack: its runs stay, the instance's folder goes to the trash.",
        unavailable: facts?.stack.status == .deleteInProgress
          ? "It is going already."
          : facts?.stack.status == .deleteComplete ? "It is gone already." : nil,
        synonyms: Binding.removal
      ),
    ]
  }

  package mutating func update(_ event: ViewEvent, _ context: Context) -> [Effect] {
    if var question = confirmation, event.isInput {
      let outcome = question.handle(event, context)
      confirmation = outcome == .stays ? question : nil
      if case .confirmed(let effects) = outcome { return effects }
      return []
    }
    let count = lines(context).count
    let height = layout(context.area, context).events.inset().height
    switch event {
    case .action("launch"):
      return instance(context).map { [.open(.runForm(instance: $0.name, from: nil))] } ?? []
    case .action("explorer"):
      return instance(context).map { [.open(.explorer(instance: $0.name))] } ?? []
    case .action("follow"): follows = true
    case .action("down"): confirmation = .takingDown(stack, glyphs: context.glyphs)
    case .terminal(.key(let key)):
      leaveFollowing(count, height)
      if scroll.handle(key, count: count, height: height) {
        follows = scroll.selected >= count - 1
      }
    case .terminal(.mouse(let mouse)):
      leaveFollowing(count, height)
      if mouse.action == .wheelUp { scroll.scroll(by: -3, count: count, height: height) }
      if mouse.action == .wheelDown { scroll.scroll(by: 3, count: count, height: height) }
      follows = scroll.offset + height >= count
    case .replied(_, .refused(let explanation)):
      return [.tell(Notice(.failure, explanation.sentence))]
    case .answered, .action, .terminal, .replied, .saved: break
    }
    return []
  }

  private mutating func leaveFollowing(_ count: Int, _ height: Int) {
    if follows { scroll.select(count - 1, count: count, height: height) }
  }

  // MARK: Drawing

  struct Places {
    var banner: Rect
    var resources: Rect
    /// Empty while there are none, and where the events need the room.
    var outputs: Rect
    var events: Rect
  }

  func layout(_ area: Rect, _ context: Context) -> Places {
    let facts = context.stackFacts(stack)
    let told = facts.map { self.banner($0, width: area.width - 4, context).count } ?? 1
    let (banner, rest) = area.top(max(1, told) + 2)
    let rows = min(facts?.resources.count ?? 0, max(3, rest.height / 2 - 2))
    let (resources, below) = rest.top(max(1, rows) + 2)
    let count = facts?.stack.outputs.count ?? 0
    let hasRoom = count > 0 && below.height - count - 2 >= 5
    let (outputs, events) = below.top(hasRoom ? count + 2 : 0)
    return Places(banner: banner, resources: resources, outputs: outputs, events: events)
  }

  package func draw(on screen: inout Screen, in area: Rect, _ context: Context) {
    defer { confirmation?.draw(on: &screen, in: area) }
    let places = layout(area, context)
    guard let facts = context.stackFacts(stack) else {
      let inside = Frame("Stack \(stack)", glyphs: context.glyphs).draw(on: &screen, in: area)
      let lines = context.failure(.stack(stack))?.lines ?? []
      TextBlock(lines).draw(on: &screen, in: inside.inset())
      return
    }
    drawBanner(facts, on: &screen, in: places.banner, context)
    drawResources(facts, on: &screen, in: places.resources, context)
    drawOutputs(facts.stack.outputs, on: &screen, in: places.outputs, context)
    drawEvents(on: &screen, in: places.events, context)
  }

  private func drawEvents(on screen: inout Screen, in rect: Rect, _ context: Context) {
    let inside = Frame(
      "Events",
      right: follows ? "follow" : "f follows",
      focused: true,
      glyphs: context.glyphs
    ).draw(on: &screen, in: rect)
    let lines = lines(context)
    let first = follows ? max(0, lines.count - inside.height) : scroll.offset
    for (index, line) in lines.dropFirst(first).prefix(inside.height).enumerated() {
      screen.write(line, x: inside.x + 1, y: inside.y + index, width: inside.width - 3)
    }
    screen.drawScrollIndicator(
      in: inside,
      offset: first,
      count: lines.count,
      glyphs: context.glyphs
    )
  }

  /// Events and script output, oldest first.
  private func lines(_ context: Context) -> [StyledText] {
    guard let facts = context.stackFacts(stack) else { return [] }
    let names = facts.resources.map { SafeText(hostile: $0.logicalID).width }.max() ?? 8
    // CloudFormation says the start of every resource twice; once is enough to read.
    let events = facts.events.suffix(5000).filter {
      !($0.status.hasSuffix("_IN_PROGRESS") && $0.reason == "Resource creation Initiated")
    }
    let width = context.area.width - 5
    return events.flatMap { event in
      let clock = clockText(event.time.timeIntervalSince1970, now: context.now, seconds: true)
      var line = StyledText("\(clock) ", .dim)
      if event.status.isEmpty {
        line.append("  ")
        line.append(SafeText(hostile: event.reason), .dim)
      } else {
        line.append(SafeText(hostile: event.logicalID).padded(to: min(28, names)) + " ")
        line.append(StackView.word(event.status), StackView.style(event.status))
        // The first line is the reason; what a script said at last stands above already.
        let reason = event.reason.reasonHead
        if !reason.isEmpty { line.append("  \(reason)") }
      }
      guard line.width > width else { return [line] }
      return line.wordWrapped(to: max(20, width - 9)).enumerated().map { index, part in
        index == 0 ? part : StyledText(SafeText("").padded(to: 9)) + part
      }
    }
  }
}

extension Confirmation {
  static func takingDown(_ stack: String, glyphs: GlyphSet) -> Confirmation {
    Confirmation(
      title: "Take down \(stack)?",
      lines: [
        "Its runs, metrics and models stay.",
        "The instance's folder moves to the home's trash.",
      ],
      yes: "Take down",
      glyphs: glyphs,
      effects: [.send(.down(stack: stack), tag: "down")]
    )
  }
}
