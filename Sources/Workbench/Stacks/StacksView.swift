import Engine
import Foundation
import Store
package import Terminal

/// Every stack and its instance, and folders that were made instances in place.
package struct StacksView: View {
  enum Row: Sendable, Equatable {
    case stack(StackRecord, InstanceRecord?)
    case adopted(InstanceRecord)

    var instance: InstanceRecord? {
      switch self {
      case .stack(_, let instance): instance
      case .adopted(let instance): instance
      }
    }
  }

  private var list = ListState()
  private var confirmation: Confirmation?

  package init() {}

  package var title: SafeText { "Stacks" }

  package var takesText: Bool { confirmation != nil }

  package var queries: Set<Query> { [.stacks] }

  private func rows(_ context: Context) -> [Row] {
    let instances = context.headerFacts?.instances ?? []
    return (context.stacks ?? []).map { stack in
      .stack(stack, instances.first { $0.stack == stack.name })
    } + instances.filter { $0.stack == nil }.map { .adopted($0) }
  }

  private func selected(_ context: Context) -> Row? {
    let rows = rows(context)
    return rows.indices.contains(list.selected) ? rows[list.selected] : nil
  }

  package func bindings(_ context: Context) -> [Binding] {
    if let confirmation { return confirmation.bindings }
    let row = selected(context)
    let none: SafeText? = row == nil ? "Nothing is selected." : nil
    let status = row?.instance?.status
    return [
      Binding(
        [.enter],
        "Enter",
        "open",
        action: "open",
        help: "Open the stack: resources and events; of an adopted folder, its files.",
        unavailable: none
      ),
      Binding(
        [Key("n")],
        "n",
        "new",
        action: "new",
        help: "Choose a template for another stack."
      ),
      Binding(
        [Key("s")],
        "s",
        status == .stopped ? "start" : "stop",
        action: "toggle",
        help: "Stop the running instance, or start the stopped one.",
        unavailable: none
          ?? (status == .inService || status == .stopped
            ? nil : "Only a running or stopped instance can be switched.")
      ),
      Binding(
        [Key("x")],
        "x",
        "take down",
        action: "down",
        help: "Delete the stack, or release the adopted folder; runs stay.",
        unavailable: none,
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
    let rows = rows(context)
    let table = layout(context.area, context).table
    switch event {
    case .action(let action): return act(action, context)
    case .terminal(.key(let key)):
      _ = list.handle(key, count: rows.count, height: table.height)
    case .terminal(.mouse(let mouse)):
      switch mouse.action {
      case .wheelUp: list.scroll(by: -3, count: rows.count, height: table.height)
      case .wheelDown: list.scroll(by: 3, count: rows.count, height: table.height)
      case .press(.left):
        if let index = list.index(at: mouse.at, in: table, count: rows.count) {
          list.select(index, count: rows.count, height: table.height)
          if mouse.clicks >= 2 { return act("open", context) }
        }
      case .press, .release, .drag, .move: break
      }
    case .replied(_, .refused(let explanation)):
      return [.tell(Notice(.failure, explanation.sentence))]
    case .answered: list.fit(count: rows.count, height: table.height)
    case .terminal, .replied, .saved: break
    }
    return []
  }

  private mutating func act(_ action: String, _ context: Context) -> [Effect] {
    if action == "new" { return [.open(.gallery)] }
    guard let row = selected(context) else { return [] }
    switch (action, row) {
    case ("open", .stack(let stack, _)): return [.open(.stack(stack.name))]
    case ("open", .adopted(let instance)): return [.open(.explorer(instance: instance.name))]
    case ("toggle", _):
      guard let instance = row.instance else { return [] }
      return instance.status == .stopped
        ? [.send(.startInstance(instance.name), tag: "start")]
        : [.send(.stopInstance(instance.name), tag: "stop")]
    case ("down", .stack(let stack, _)):
      confirmation = .takingDown(stack.name, glyphs: context.glyphs)
    case ("down", .adopted(let instance)):
      confirmation = Confirmation(
        title: "Release \(instance.name)?",
        lines: ["The folder is not touched, its runs stay."],
        yes: "Release",
        glyphs: context.glyphs,
        effects: [.send(.release(instance: instance.name), tag: "release")]
      )
    default: break
    }
    return []
  }

  /// Why the selected stack is not up; below the list, which has no room for a sentence.
  private func reason(_ width: Int, _ context: Context) -> [StyledText] {
    guard case .stack(let stack, _)? = selected(context), let reason = stack.reason else {
      return []
    }
    return StyledText(SafeText(hostile: reason.reasonHead), .bad).wordWrapped(to: width - 2)
  }

  private func layout(_ area: Rect, _ context: Context) -> (table: Rect, reason: Rect) {
    let inside = area.inset()
    let said = min(reason(inside.width, context).count, max(0, inside.height / 3))
    let (rows, foot) = inside.bottom(said)
    return (rows.bottom(said > 0 ? 1 : 0).0.top(1).1, foot)
  }

  package func draw(on screen: inout Screen, in area: Rect, _ context: Context) {
    let rows = rows(context)
    let inside = Frame("Stacks and instances", focused: true, glyphs: context.glyphs)
      .draw(on: &screen, in: area)
    let isKnown = context.stacks != nil
    let places = layout(area, context)
    Table(
      columns: [
        .init(" name", .flexible(least: 12, weight: 1), priority: 9),
        .init("status", .fixed(13), priority: 8),
        .init("instance", .fixed(10), priority: 7),
        .init("type", .fixed(12), priority: 2),
        .init("from", .flexible(least: 10, weight: 2), priority: 5),
        .init("age", .fixed(5), alignment: .right, priority: 4),
      ],
      rows: rows.map { StacksView.row($0, context) },
      showsHeader: !rows.isEmpty,
      empty: isKnown ? ["Nothing is up.", "", "n or 2 opens the gallery."] : [],
      glyphs: context.glyphs
    ).draw(
      on: &screen,
      in: Rect(x: inside.x, y: inside.y, width: inside.width - 1, height: places.table.height + 1),
      state: list
    )
    for (row, line) in reason(inside.width, context).prefix(places.reason.height).enumerated() {
      screen.write(line, x: places.reason.x + 1, y: places.reason.y + row)
    }
    confirmation?.draw(on: &screen, in: area)
  }

  private static func row(_ row: Row, _ context: Context) -> Table.Row {
    let instance = row.instance
    let state = instance.map { StyledText($0.status.word, $0.status.style) } ?? StyledText()
    let type = StyledText(SafeText(hostile: instance?.instanceType ?? ""), .dim)
    switch row {
    case .stack(let stack, _):
      let status = stack.status.rawValue
      let age = ageText(stack.created.timeIntervalSince1970, now: context.now)
      return Table.Row([
        StyledText(SafeText(hostile: " " + stack.name), .bold),
        StyledText(StackView.word(status), StackView.style(status)),
        state, type,
        stack.reason.map { StyledText(SafeText(hostile: $0.reasonHead), .bad) }
          ?? StyledText(SafeText(hostile: stack.template), .dim),
        StyledText(age, .dim),
      ])
    case .adopted(let instance):
      let age = ageText(instance.created.timeIntervalSince1970, now: context.now)
      return Table.Row([
        StyledText(SafeText(hostile: " " + instance.name), .bold),
        StyledText("in place", .dim),
        state, type,
        StyledText(SafeText(hostile: instance.folder), .dim),
        StyledText(age, .dim),
      ])
    }
  }
}
