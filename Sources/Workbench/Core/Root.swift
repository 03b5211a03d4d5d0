import Documents
import Engine
import Store
import Terminal

/// The workbench's whole state: a stack of screens, and what lies over them for a moment.
///
/// Decides only: what has to be done comes back as effects, which the shell (`WorkbenchLoop`) carries
/// out and answers with events.
package struct Root: Sendable {
  /// One screen of the stack; the id finds it again when a reply comes late.
  struct Layer: Sendable {
    let id: Int
    let destination: Destination
    var view: any View
  }

  enum Overlay: Sendable {
    case help(offset: Int)
    case palette(Palette)
    /// Asks before unsaved edits are dropped by `then`.
    case discard(Dialog, then: Leaving)
  }

  /// What leaves a screen.
  enum Leaving: Sendable, Equatable {
    case back
    case quit
    case switchTo(Destination)
  }

  package internal(set) var context: Context
  package internal(set) var notice: Notice?
  var layers: [Layer] = []
  var overlay: Overlay?
  /// The newest alert that was there already; nil until the first answer.
  var lastAlert: Int?
  /// Whether the next frame rings the bell.
  var isRinging = false
  private var nextID = 0

  package init(context: Context, start: Destination) {
    self.context = context
    // There are no answers yet that a screen could act on.
    _ = push(start)
  }

  /// The screen in front.
  package var front: any View { layers[layers.count - 1].view }

  /// Whether the mouse's plain moves mean something now.
  package var followsPointer: Bool { overlay == nil && !isTooSmall && front.followsPointer }

  package var destination: Destination { layers[layers.count - 1].destination }

  /// What is asked whatever screen is in front.
  private static let own: Set<Query> = [.header, .usage, .alerts]

  /// What has to be asked for what is shown now.
  package var queries: Set<Query> {
    var all = front.queries.union(Root.own)
    if case .palette(let palette) = overlay { all.formUnion(palette.queries(context)) }
    return all
  }

  /// Whether something on screen changes with the clock: a run, or a stack in progress.
  package var isTicking: Bool {
    if let header = context.headerFacts,
      header.counts.executing + header.counts.queued > 0
        || header.instances.contains(where: { $0.status == .pending })
    {
      return true
    }
    return context.answers.values.contains { answer in
      switch answer {
      case .run(let facts): facts.run.status.isActive
      case .stack(let facts): facts.stack.status.isInProgress
      case .stacks(let stacks): stacks.contains { $0.status.isInProgress }
      default: false
      }
    }
  }

  /// Notes that a frame was shown: it has rung the bell, if it was to.
  package mutating func noteShown() { isRinging = false }

  package mutating func update(_ event: WorkbenchEvent) -> [Effect] {
    switch event {
    case .terminal(let event): terminal(event)
    case .second(let now):
      tick(now)
    // What is watched is the shell's matter.
    case .read: []
    case .answered(let query, let answer):
      answered(query, answer)
    case .replied(let tag, let reply):
      replied(tag, reply)
    case .saved(let path, let failure):
      layers.indices.flatMap { tell($0, .saved(path: path, failure: failure)) }
    }
  }

  private mutating func tick(_ now: Double) -> [Effect] {
    context.now = now
    return []
  }

  private mutating func answered(_ query: Query, _ answer: Answer) -> [Effect] {
    context.answers[query] = answer
    var effects: [Effect] = []
    if case .alerts(let alerts) = answer { effects += notice(alerts) }
    if context.answers.count > 64 { forgetUnused() }
    if case .palette(var palette) = overlay {
      palette.refresh(bindings: front.bindings(context), context)
      overlay = .palette(palette)
    }
    return effects
      + layers.indices.flatMap { index -> [Effect] in
        guard layers.indices.contains(index), layers[index].view.queries.contains(query) else {
          return []
        }
        return tell(index, .answered(query))
      }
  }

  private mutating func clearAnnouncement() {
    if notice?.kind == .information { notice = nil }
  }

  /// Tells of alerts that came while the workbench is open; older ones are history.
  private mutating func notice(_ alerts: [AlertRecord]) -> [Effect] {
    let newest = alerts.map(\.id).max() ?? 0
    defer { lastAlert = newest }
    guard let last = lastAlert, let alert = alerts.first(where: { $0.id > last }) else {
      return []
    }
    notice = Notice(.failure, message(of: alert))
    isRinging = true
    return [.notify(alert.message)]
  }

  /// What an alert says; of the run in front only which step failed, as its screen shows the reason.
  private func message(of alert: AlertRecord) -> String {
    guard case .run(let run) = destination, alert.run == run,
      alert.message.hasPrefix("r\(run) failed: ")
    else { return alert.message }
    return alert.message.split(separator: ": ", maxSplits: 2).prefix(2).joined(separator: ": ")
      + "."
  }

  mutating func replied(_ tag: String, _ reply: Reply) -> [Effect] {
    clearAnnouncement()
    let parts = tag.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, let id = Int(parts[0]),
      let index = layers.firstIndex(where: { $0.id == id })
    {
      return tell(index, .replied(tag: String(parts[1]), reply))
    }
    // Its screen is gone; a refusal must not be lost with it.
    switch reply {
    case .refused(let explanation):
      notice = Notice(.failure, explanation.sentence)
    case .done(.run(let id)): notice = Notice(.success, "r\(id) was started.")
    case .done: break
    }
    return []
  }

  /// Tells one screen, and does what it asks for.
  mutating func tell(_ index: Int, _ event: ViewEvent) -> [Effect] {
    guard layers.indices.contains(index) else { return [] }
    let id = layers[index].id
    let before = layers[index].view.queries
    let effects = perform(layers[index].view.update(event, context), for: id)
    return effects + tellKnown(id, besides: before)
  }

  /// Tells a screen the answers that were there before it wanted them.
  ///
  /// The shell asks again, but an answer that has not changed is no event.
  private mutating func tellKnown(_ id: Int, besides known: Set<Query>) -> [Effect] {
    guard let layer = layers.first(where: { $0.id == id }) else { return [] }
    let new = layer.view.queries.subtracting(known).filter { context.answers[$0] != nil }
    return new.flatMap { query -> [Effect] in
      guard let index = layers.firstIndex(where: { $0.id == id }) else { return [] }
      return tell(index, .answered(query))
    }
  }

  mutating func tellFront(_ event: ViewEvent) -> [Effect] { tell(layers.count - 1, event) }

  /// Takes the effects that are the root's own, and passes the others on.
  mutating func perform(_ effects: [Effect], for id: Int) -> [Effect] {
    var outside: [Effect] = []
    for effect in effects {
      switch effect {
      case .open(let destination): outside += open(destination)
      case .replace(let destination):
        // Late answers may come to a screen that is no longer in front.
        if let index = layers.firstIndex(where: { $0.id == id }) { layers.remove(at: index) }
        outside += push(destination)
      case .back: outside += leave(.back)
      case .quit: outside += leave(.quit)
      case .tell(let notice): self.notice = notice
      case .keep(let habits): context.chartHabits = habits
      case .mark(let marks): context.marks = marks
      case .send(let request, let tag): outside.append(.send(request, tag: "\(id):\(tag)"))
      case .copy(let text):
        outside.append(effect)
        notice = Notice(.information, told(copied: text))
      case .save, .edit, .notify: outside.append(effect)
      }
    }
    return outside
  }

  /// What was copied where that is one line, else how much.
  private func told(copied text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let count = lines.count - (lines.last?.isEmpty == true ? 1 : 0)
    return count > 1 ? "Copied \(count) lines." : "Copied: \(text.prefix(200))"
  }

  mutating func open(_ destination: Destination) -> [Effect] {
    switch destination {
    case .help: overlay = .help(offset: 0)
    case .palette:
      overlay = .palette(Palette(bindings: front.bindings(context), context))
    default: if destination != self.destination { return push(destination) }
    }
    return []
  }

  mutating func push(_ destination: Destination) -> [Effect] {
    // What was announced is there: "Launching ..." has nothing more to say.
    clearAnnouncement()
    let id = nextID
    nextID += 1
    layers.append(Layer(id: id, destination: destination, view: destination.makeView()))
    forgetUnused()
    // Files are read anew: what a screen below has seen of them is not kept up to date.
    context.answers = context.answers.filter { !$0.key.isFile }
    return tellKnown(id, besides: [])
  }

  /// Leaves the screen in front, or all of them; asks first where edits would be lost.
  mutating func leave(_ leaving: Leaving) -> [Effect] {
    let lost: [SafeText] =
      switch leaving {
      case .back: [front.unsaved].compactMap { $0 }
      case .quit: layers.compactMap { $0.view.unsaved }
      case .switchTo: layers.dropFirst().compactMap { $0.view.unsaved }
      }
    guard lost.isEmpty else {
      overlay = .discard(
        Dialog(
          title: "Unsaved edits",
          lines: [
            StyledText("\(lost.joined(separator: ", ")) has edits that were not saved."),
            StyledText("Discard them?"),
          ],
          buttons: ["Keep editing", "Discard"],
          style: .warning,
          glyphs: context.glyphs
        ),
        then: leaving
      )
      return []
    }
    return left(leaving)
  }

  mutating func left(_ leaving: Leaving) -> [Effect] {
    switch leaving {
    case .quit: return [.quit]
    case .back:
      guard layers.count > 1 else { return leave(.quit) }
      layers.removeLast()
      forgetUnused()
      // The terminal's size may be another one by now, and so may what is kept between screens.
      return tellFront(.terminal(.resize(context.size)))
    case .switchTo(let destination):
      layers.removeSubrange(1...)
      if layers[0].destination != destination { return push(destination) }
      forgetUnused()
      return tellFront(.terminal(.resize(context.size)))
    }
  }

  /// Goes to one of the main screens, above the first one only.
  mutating func switchTo(_ destination: Destination) -> [Effect] {
    destination == self.destination ? [] : leave(.switchTo(destination))
  }

  /// Answers of screens that are gone take memory and nothing else.
  private mutating func forgetUnused() {
    var used = layers.reduce(into: Root.own) { $0.formUnion($1.view.queries) }
    if case .palette(let palette) = overlay { used.formUnion(palette.queries(context)) }
    context.answers = context.answers.filter { used.contains($0.key) }
  }
}
