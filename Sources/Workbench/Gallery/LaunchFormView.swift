import Documents
import Engine
import Infrastructure
import Store
package import Terminal

/// A template's parameters as a form, then the plan of what they would make, to be acknowledged.
package struct LaunchFormView: View {
  let template: String
  private var form = Form(button: "Next: the plan")
  private var loaded: LoadedTemplate?
  private var plan: PlanPage?
  private var isCreating = false

  private static let stackField = " stack"

  package init(template: String) { self.template = template }

  package var title: SafeText { plan == nil ? "Set up \(template)" : "Plan" }

  package var takesText: Bool { loaded != nil && plan == nil }

  package var queries: Set<Query> { [.template(template), .stacks] }

  package func bindings(_ context: Context) -> [Binding] {
    if let plan { return plan.bindings }
    guard loaded != nil else { return [] }
    return [
      Binding(
        [.enter],
        "Enter",
        "next: the plan",
        action: "next",
        help: "Show what would be made with these values; nothing is made yet."
      ),
      Binding(
        [.tab, .down],
        "Tab",
        "next value",
        action: "down",
        help: "Go to the next value; Left and Right choose among allowed ones."
      ),
    ]
  }

  package mutating func update(_ event: ViewEvent, _ context: Context) -> [Effect] {
    switch event {
    case .answered:
      fill(context)
      return []
    case .replied(_, .done(.stack(let name))): return [.replace(.stack(name))]
    case .replied(_, .done): return [.replace(.stack(plan?.plan.stack ?? ""))]
    case .replied(_, .refused(let explanation)):
      isCreating = false
      return [.tell(Notice(.failure, explanation.sentence))]
    case .saved: return []
    case .action, .terminal: break
    }
    if plan != nil { return updatePlan(event, context) }
    switch event {
    case .action("next"): return next()
    case .action("down"): _ = form.handle(.down)
    case .terminal(.key(let key)): return after(form.handle(key), context)
    case .terminal(.paste(let text)): return after(form.paste(text), context)
    case .terminal(.mouse(let mouse)):
      return after(form.handle(mouse, in: formRect(context.area)), context)
    default: break
    }
    return []
  }

  private mutating func updatePlan(_ event: ViewEvent, _ context: Context) -> [Effect] {
    guard var page = plan else { return [] }
    let outcome = page.update(event, in: inside(context.area))
    plan = page
    switch outcome {
    case .stays: return []
    case .back:
      plan = nil
      return []
    case .create:
      guard !isCreating else { return [] }
      isCreating = true
      return [
        .send(
          .up(
            UpRequest(
              stack: page.plan.stack,
              template: template,
              parameters: page.plan.parameters,
              acknowledged: page.plan.capabilities.map(\.name)
            )
          ),
          tag: "up"
        ),
        .tell(Notice(.information, "Creating \(page.plan.stack) ...")),
      ]
    case .refused(let reason): return [.tell(Notice(.information, reason.string))]
    }
  }

  private mutating func after(_ outcome: Form.Outcome, _ context: Context) -> [Effect] {
    if outcome == .changed { check(context) }
    return outcome == .submitted ? next() : []
  }

  // MARK: The form

  private mutating func fill(_ context: Context) {
    guard loaded == nil, let read = context.template(template) else {
      check(context)
      return
    }
    loaded = read
    let name = Form.Field(
      LaunchFormView.stackField,
      label: "Stack name",
      group: "Stack",
      help: "What the stack and its instance are called: letters, digits and hyphens.",
      value: LaunchFormView.freeName(read.name, context)
    )
    form = Form([name] + read.template.parameters.map(field), button: "Next: the plan")
    check(context)
  }

  private func field(_ parameter: TemplateParameter) -> Form.Field {
    Form.Field(
      parameter.name,
      label: SafeText(hostile: parameter.label ?? parameter.name),
      group: SafeText(hostile: parameter.group ?? "Parameters"),
      help: SafeText(hostile: parameter.description),
      value: parameter.defaultValue ?? "",
      allowed: parameter.allowedValues,
      placeholder: parameter.defaultValue == nil ? "required" : "optional",
      isMasked: parameter.noEcho
    )
  }

  /// "digits", or "digits-2" where that is taken.
  static func freeName(_ name: String, _ context: Context) -> String {
    let taken = Set((context.stacks ?? []).map(\.name))
      .union((context.headerFacts?.instances ?? []).map(\.name))
    var legal = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    if legal.first?.isLetter != true { legal = "stack-" + legal }
    guard taken.contains(legal) else { return legal }
    return (2...9999).lazy.map { "\(legal)-\($0)" }.first { !taken.contains($0) } ?? legal
  }

  private mutating func check(_ context: Context) {
    guard let template = loaded?.template else { return }
    for index in form.fields.indices {
      let field = form.fields[index]
      if field.id == LaunchFormView.stackField {
        form.fields[index].fault = LaunchFormView.fault(ofName: field.value, context)
      } else if let parameter = template.parameters.first(where: { $0.name == field.id }) {
        form.fields[index].fault = template.fault(of: field.value, for: parameter)
          .map { SafeText(hostile: $0) }
      }
    }
  }

  /// CloudFormation's rule for stack names.
  private static func fault(ofName name: String, _ context: Context) -> SafeText? {
    guard let first = name.first else { return "A name is needed." }
    guard first.isASCII, first.isLetter else { return "It has to begin with a letter." }
    guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }) else {
      return "Only letters, digits and hyphens."
    }
    guard name.count <= 63 else { return "At most 63 characters." }
    let isTaken =
      (context.stacks ?? []).contains { $0.name == name }
      || context.instance(name) != nil
    return isTaken ? "There is one of this name already." : nil
  }

  private mutating func next() -> [Effect] {
    guard let loaded else { return [] }
    if let fault = form.faultNotice {
      form.focusFirstFault()
      return [.tell(Notice(.failure, fault.string))]
    }
    var parameters: [String: String] = [:]
    for field in form.fields where field.id != LaunchFormView.stackField {
      parameters[field.id] = field.value
    }
    do {
      plan = PlanPage(
        try StackPlan(
          stack: form[LaunchFormView.stackField] ?? template,
          template: loaded.template,
          parameters: parameters
        ),
        warnings: loaded.warnings.map(\.message)
      )
      return []
    } catch {
      return [.tell(Notice(.failure, Explanation(error).sentence))]
    }
  }

  // MARK: Drawing

  private func inside(_ area: Rect) -> Rect {
    let inside = area.inset()
    return Rect(x: inside.x + 1, y: inside.y, width: inside.width - 2, height: inside.height)
  }

  /// The template's description, four lines of it at most.
  private func about(_ area: Rect) -> [StyledText] {
    let text = StyledText(SafeText(hostile: loaded?.template.description ?? ""), .dim)
    return Array(text.wordWrapped(to: inside(area).width).prefix(area.height < 20 ? 2 : 4))
  }

  /// Below the description and a blank line.
  private func formRect(_ area: Rect) -> Rect {
    let about = about(area)
    return inside(area).top(about.allSatisfy(\.isEmpty) ? 0 : about.count + 1).1
  }

  package func draw(on screen: inout Screen, in area: Rect, _ context: Context) {
    if let plan {
      Frame(
        "Plan for \(plan.plan.stack)",
        right: "nothing is made yet",
        focused: true,
        glyphs: context.glyphs
      ).draw(on: &screen, in: area)
      plan.draw(on: &screen, in: inside(area), glyphs: context.glyphs)
      return
    }
    Frame("Set up \(template)", right: "1 of 2", focused: true, glyphs: context.glyphs)
      .draw(on: &screen, in: area)
    let inside = inside(area)
    guard loaded != nil else {
      if let failure = context.failure(.template(template)) {
        TextBlock(failure.lines).draw(on: &screen, in: inside)
      }
      return
    }
    for (index, line) in about(area).enumerated() {
      screen.write(line, x: inside.x, y: inside.y + index, width: inside.width)
    }
    form.draw(on: &screen, in: formRect(area), glyphs: context.glyphs)
  }
}
