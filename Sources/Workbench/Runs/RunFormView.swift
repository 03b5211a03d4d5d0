import Documents
import Engine
import Pipelines
import Store
package import Terminal

/// The form of a pipeline's parameters: defaults, or an earlier run's values; Enter launches.
///
/// A field may hold several values, such as `0.1,0.03`: then a sweep is launched.
package struct RunFormView: View {
  let instance: String
  let from: Int?
  var form = Form(button: "Launch")
  /// What the form was made from; nil until it is made.
  private(set) var pipeline: Pipeline?
  /// Parameters whose fields the user switched to several values; numbers are taken so by themselves.
  var switched: Set<String> = []
  private var isLaunching = false

  package init(instance: String, from: Int?) {
    self.instance = instance
    self.from = from
  }

  package var title: SafeText {
    from.map { "Rerun r\($0)" } ?? "Launch"
  }

  package var takesText: Bool { pipeline != nil }

  package var queries: Set<Query> {
    var all: Set<Query> = [.pipeline(instance: instance)]
    if let from { all.insert(.run(from)) }
    return all
  }

  package func bindings(_ context: Context) -> [Binding] {
    guard pipeline != nil else {
      return [
        Binding(
          [.enter, Key("e")],
          "e",
          "edit pipeline.yaml",
          action: "edit",
          help: "Open the pipeline's file where its first error is.",
          unavailable: context.instance(instance) == nil ? "The instance is not known yet." : nil
        )
      ]
    }
    return [
      Binding(
        [.enter],
        "Enter",
        "launch",
        action: "launch",
        help: "Launch the pipeline with these values; the code is taken as it is now."
      ),
      Binding(
        [.control("e")],
        "Ctrl-E",
        "edit pipeline",
        action: "edit",
        help: "Open pipeline.yaml in the editor.",
        isInFooter: false
      ),
      Binding(
        [.control("t")],
        "Ctrl-T",
        "sweep",
        action: "sweep",
        help: "Let the field take several values (0.1,0.03 or 1..3 or log:1e-4..1e-1..4), or one.",
        unavailable: parameter(form.focused?.id) == nil ? "Only parameters can be swept." : nil
      ),
      Binding([.tab, .down], "Tab", "next value", action: "next", help: "Go to the next value."),
    ]
  }

  package mutating func update(_ event: ViewEvent, _ context: Context) -> [Effect] {
    switch event {
    case .answered: fill(context)
    case .action("launch"): return launch()
    case .action("next"): _ = form.handle(.down)
    case .action("sweep"): switchField()
    case .action("edit"): return edit(context)
    case .terminal(.key(let key)): return after(form.handle(key))
    case .terminal(.paste(let text)): return after(form.paste(text))
    case .terminal(.mouse(let mouse)):
      return after(form.handle(mouse, in: inside(context.area)))
    case .replied(_, .done(.run(let id))): return [.replace(.run(id))]
    case .replied(_, .done(.sweep(let id))):
      return [
        .back, .tell(Notice(.success, "s\(id) is launched: Enter on its row shows its runs.")),
      ]
    case .replied(_, .refused(let explanation)):
      isLaunching = false
      return [.tell(Notice(.failure, explanation.sentence))]
    case .action, .terminal, .replied, .saved: break
    }
    return []
  }

  private mutating func after(_ outcome: Form.Outcome) -> [Effect] {
    if outcome == .changed { check() }
    return outcome == .submitted ? launch() : []
  }

  private func edit(_ context: Context) -> [Effect] {
    guard let instance = context.instance(instance) else { return [] }
    let facts = context.pipelineFacts(instance.name)
    let line = facts?.diagnostics.first { $0.severity == .error }?.place.line ?? 1
    let path = instance.folder + "/" + (facts?.file ?? "pipeline.yaml")
    return [.open(.editor(path: path, line: line, resuming: nil))]
  }

  /// Makes the form when what it is made from has come, and again when the pipeline has changed;
  /// what was typed stays.
  private mutating func fill(_ context: Context) {
    guard let facts = context.pipelineFacts(instance), let read = facts.pipeline else { return }
    let earlier = from.flatMap { context.runFacts($0)?.run }
    if from != nil, earlier == nil, context.failure(.run(from ?? 0)) == nil { return }
    guard read.parameters != pipeline?.parameters else {
      pipeline = read
      return
    }
    let typed = Dictionary(
      form.fields.filter { $0.value != $0.original }.map { ($0.id, $0.value) },
      uniquingKeysWith: { $1 }
    )
    pipeline = read
    var fields = read.parameters.map { parameter in
      let value =
        earlier?.parameters[parameter.name]?.description ?? parameter.defaultValue?.description
      return Form.Field(
        parameter.name,
        label: SafeText(hostile: parameter.name),
        group: "Parameters",
        help: RunFormView.help(parameter),
        value: value ?? "",
        allowed: parameter.kind == .boolean
          ? ["true", "false"] : parameter.allowed.map(\.description),
        placeholder: "required"
      )
    }
    fields += [
      Form.Field(
        " name",
        label: "name",
        group: "This run",
        help: "A short name for the lists; the run has its number anyway.",
        value: "",
        placeholder: "optional"
      ),
      Form.Field(
        " note",
        label: "note",
        group: "This run",
        help: "What you want to remember: why, and what you expect.",
        value: "",
        placeholder: "optional"
      ),
    ]
    let focused = form.focused?.id
    form = Form(fields, button: "Launch")
    // Those that take several values do so again, before their values come back.
    switched.formIntersection(read.parameters.map(\.name))
    for index in form.fields.indices where switched.contains(form.fields[index].id) {
      form.fields[index].input = .text(RunFormView.several(form.fields[index].value))
    }
    restore(typed)
    check()
    // It is there only while something is swept.
    restore(typed.filter { $0.key == RunFormView.parallel })
    check()
    if let focused { form.focus(on: focused) }
  }

  private mutating func restore(_ typed: [String: String]) {
    for (index, field) in form.fields.enumerated() {
      guard let value = typed[field.id] else { continue }
      switch field.input {
      case .text(var text):
        text.set(value)
        form.fields[index].input = .text(text)
      case .choice(let choice):
        guard choice.values.contains(value) else { continue }
        form.fields[index].input = .choice(Choice(choice.values, selected: value))
      }
    }
  }

  private static func help(_ parameter: ParameterDeclaration) -> SafeText {
    var parts = [parameter.description, parameter.kind.rawValue]
    if let minimum = parameter.minimum { parts.append("at least \(numberText(minimum).string)") }
    if let maximum = parameter.maximum { parts.append("at most \(numberText(maximum).string)") }
    if let value = parameter.defaultValue { parts.append("default \(value)") }
    let shown = parts.filter { !$0.isEmpty }
    return SafeText(hostile: shown.joined(separator: "; "))
  }

  /// The parameters as typed; those left empty take their defaults.
  var given: [String: String] {
    var given: [String: String] = [:]
    for field in form.fields where !field.id.hasPrefix(" ") && !field.value.isEmpty {
      given[field.id] = field.value
    }
    return given
  }

  mutating func check() {
    guard let pipeline else { return }
    var faults = sweepFaults
    var plain = given
    // What is swept was checked value by value.
    for (name, values) in sweptValues { plain[name] = values.first }
    do throws(InvalidParameters) {
      _ = try pipeline.values(for: plain)
    } catch {
      for fault in error.faults where faults[fault.parameter] == nil {
        faults[fault.parameter] = SafeText(
          hostile: [fault.message, fault.hint].filter { !$0.isEmpty }.joined(separator: " ")
        )
      }
    }
    showSweep()
    for index in form.fields.indices where form.fields[index].id != RunFormView.parallel {
      form.fields[index].fault = faults[form.fields[index].id]
    }
  }

  private mutating func launch() -> [Effect] {
    guard !isLaunching else { return [] }
    if let fault = form.faultNotice {
      form.focusFirstFault()
      return [.tell(Notice(.failure, fault.string))]
    }
    isLaunching = true
    let what: LaunchRequest.What = from.map { .rerun(of: $0) } ?? .pipeline(file: "pipeline.yaml")
    var request = LaunchRequest(
      instance: instance,
      what: what,
      parameters: given,
      name: form[" name"].flatMap { $0.isEmpty ? nil : $0 },
      note: form[" note"].flatMap { $0.isEmpty ? nil : $0 }
    )
    let parts = parts
    if !parts.isEmpty {
      for name in sweptFields { request.parameters[name] = nil }
      let parallel = form[RunFormView.parallel].flatMap(Int.init)
      return [
        .send(
          .sweep(SweepRequest(launch: request, parts: parts, parallel: parallel)),
          tag: "launch"
        ),
        .tell(Notice(.information, "Launching \(runCount) runs ...")),
      ]
    }
    return [
      .send(.launch(request), tag: "launch"),
      .tell(Notice(.information, "Launching ...")),
    ]
  }

  // MARK: Drawing

  private func inside(_ area: Rect) -> Rect {
    let inside = area.inset()
    return Rect(x: inside.x + 1, y: inside.y, width: inside.width - 2, height: inside.height)
  }

  package func draw(on screen: inout Screen, in area: Rect, _ context: Context) {
    let heading: SafeText =
      from.map { "Run again with changes: r\($0) in \(instance)" } ?? "Launch in \(instance)"
    Frame(
      heading,
      right: pipeline.map { "\($0.name): \($0.steps.map(\.name).joined(separator: " > "))" } ?? "",
      focused: true,
      glyphs: context.glyphs
    ).draw(on: &screen, in: area)
    let inside = inside(area)
    if pipeline != nil {
      form.draw(on: &screen, in: inside, glyphs: context.glyphs)
      return
    }
    TextBlock(problem(context)).draw(on: &screen, in: inside)
  }

  private func problem(_ context: Context) -> [StyledText] {
    if let failure = context.failure(.pipeline(instance: instance)) { return failure.lines }
    guard let facts = context.pipelineFacts(instance) else { return [] }
    guard facts.pipeline == nil else { return [] }
    var lines = [StyledText("\(facts.file) cannot be launched yet:", .bold), StyledText()]
    for finding in facts.diagnostics {
      let place = "\(facts.file):\(finding.place.line):\(finding.place.column): "
      lines.append(StyledText(SafeText(hostile: place + finding.message), .bad))
      if !finding.hint.isEmpty { lines.append(StyledText("    \(finding.hint)", .dim)) }
    }
    return lines + [StyledText(), StyledText("e opens the file at the first one.")]
  }
}

extension Explanation {
  /// The three sentences, a line each.
  var lines: [StyledText] {
    var lines = SafeText.lines(hostile: what, most: 20).map { StyledText($0, .bad) }
    lines += why.isEmpty ? [] : SafeText.lines(hostile: why, most: 100).map { StyledText($0) }
    lines +=
      next.isEmpty ? [] : SafeText.lines(hostile: next, most: 20).map { StyledText($0, .dim) }
    return lines
  }
}
