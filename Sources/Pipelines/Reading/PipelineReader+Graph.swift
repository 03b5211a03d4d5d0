import Documents

extension PipelineReader {
  /// Checks every reference and turns the ones to steps into dependencies.
  mutating func checkReferences() {
    positions.reserveCapacity(drafts.count)
    for index in drafts.indices { positions[drafts[index].step.name] = index }
    let names = parameters.map(\.name)
    let known = Set(names)
    for index in drafts.indices {
      let references = drafts[index].references
      let dependsOn = drafts[index].dependsOn
      guard !references.isEmpty || !dependsOn.isEmpty else { continue }
      var needed: [String] = []
      for (reference, place) in references {
        switch reference {
        case .parameter(let name):
          guard !known.contains(name) else { continue }
          error(
            at: place,
            "Parameter '\(name)' is not declared.",
            hint: suggestion(for: name, among: names)
          )
        case .input(let name):
          checkOwn(name, "input", of: drafts[index].step, place) { $0.inputs.keys.sorted() }
        case .output(let name):
          checkOwn(name, "output", of: drafts[index].step, place) { $0.outputs.keys.sorted() }
        case .stepOutput(let step, let output), .stepValue(let step, let output, _):
          checkOutput(output, of: step, at: place)
          needed.append(step)
        case .run: continue
        }
      }
      for (name, place) in dependsOn {
        if positions[name] == nil { unknownStep(name, at: place) }
        needed.append(name)
      }
      drafts[index].step.dependsOn = needed.uniqued.filter { positions[$0] != nil }
    }
  }

  private mutating func checkOwn(
    _ name: String,
    _ what: String,
    of step: Step,
    _ place: Place,
    _ names: (ProcessStep) -> [String]
  ) {
    guard let process = step.process else {
      error(
        at: place,
        "Step '\(step.name)' has no \(what)s: it is a \(step.type.rawValue) step."
      )
      return
    }
    let names = names(process)
    guard !names.contains(name) else { return }
    error(
      at: place,
      "Step '\(step.name)' has no \(what) '\(name)'.",
      hint: suggestion(for: name, among: names)
    )
  }

  private mutating func checkOutput(_ output: String, of name: String, at place: Place) {
    guard let position = positions[name] else {
      unknownStep(name, at: place)
      return
    }
    let step = drafts[position].step
    if step.process?.outputs[output] != nil { return }
    let outputs = step.process?.outputs.keys.sorted() ?? []
    error(
      at: place,
      "Step '\(name)' has no output '\(output)'.",
      hint: outputs.isEmpty
        ? step.process == nil
          ? "A \(step.type.rawValue) step makes none."
          : "Declare it there: outputs: { \(output): \(output) }."
        : suggestion(for: output, among: outputs)
    )
  }

  private mutating func unknownStep(_ name: String, at place: Place) {
    let names = drafts.prefix(100).map(\.step.name)
    error(
      at: place,
      "There is no step '\(name.prefix(80))'.",
      hint: suggestion(for: name, among: names)
    )
  }

  /// Gives every step that a condition names its branch; a step belongs to one condition at most.
  mutating func assignBranches() {
    for condition in drafts.indices where !drafts[condition].branches.isEmpty {
      let draft = drafts[condition]
      for (name, outcome, place) in draft.branches {
        guard let index = positions[name] else {
          unknownStep(name, at: place)
          continue
        }
        if let other = drafts[index].step.branch {
          error(
            at: place,
            other.condition == draft.step.name
              ? "Step '\(name)' stands twice in the branches of condition '\(other.condition)'."
              : "Step '\(name)' is already a branch of condition '\(other.condition)'.",
            hint: "A step belongs to one branch."
          )
          continue
        }
        drafts[index].step.branch = .init(condition: draft.step.name, outcome: outcome)
        drafts[index].step.dependsOn = (drafts[index].step.dependsOn + [draft.step.name]).uniqued
      }
    }
  }

  /// The steps, each behind what it depends on, otherwise as written; cycles are reported, each by itself.
  mutating func sortedSteps() -> [Step] {
    let steps = drafts.map(\.step)
    var needs = steps.map { (name: $0.name, dependsOn: $0.dependsOn) }
    for _ in 0..<Self.mostCycles {
      switch dependencyOrder(needs) {
      case .success(let order): return order.count == steps.count ? order.map { steps[$0] } : steps
      case .failure(let cycle):
        let first = steps.first { $0.name == cycle.names[0] }
        error(
          at: first?.place ?? .start,
          cycle.names.count == 2
            ? "Step '\(cycle.names[0])' depends on itself."
            : "The steps depend on each other in a circle: \(Self.shown(cycle.names)).",
          hint: cycle.names.count == 2 ? "" : "Each one waits for the one behind it."
        )
        // Without these the next circle is found that has none of them.
        let found = Set(cycle.names)
        needs.removeAll { found.contains($0.name) }
      }
    }
    return steps
  }

  /// Looking for each is a pass over all steps.
  private static let mostCycles = 10

  private static func shown(_ circle: [String]) -> String {
    guard circle.count > 12 else { return circle.joined(separator: " -> ") }
    let ends = circle.prefix(8).joined(separator: " -> ") + " -> ... -> "
    return ends + circle.suffix(2).joined(separator: " -> ") + " (\(circle.count - 1) steps)"
  }
}

extension [String] {
  /// Without repetitions, in order of first appearance.
  var uniqued: [String] {
    guard count > 1 else { return self }
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
