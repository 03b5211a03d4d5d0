package import Documents

/// A pipeline as understood: every name resolves, the graph has no cycle, every type fits.
///
/// `Pipeline.read` makes it from the text of a `pipeline.yaml`; nothing downstream validates again.
package struct Pipeline: Sendable, Equatable {
  package var name: String
  package var description: String
  package var parameters: [ParameterDeclaration]
  /// In an order in which each step stands behind what it depends on; otherwise as written.
  package var steps: [Step] {
    didSet { positions = Pipeline.positions(of: steps) }
  }
  /// Where each step stands in `steps`; of equal names, the first.
  package private(set) var positions: [String: Int]
  /// Commands that are started when a run fails: a program and its arguments, no shell between.
  package var notify: [[String]]
  /// How many of a run's steps may execute at once; nil: as many as the machine has room for.
  package var maxParallelSteps: Int?

  package init(
    name: String,
    description: String = "",
    parameters: [ParameterDeclaration] = [],
    steps: [Step],
    notify: [[String]] = [],
    maxParallelSteps: Int? = nil
  ) {
    self.name = name
    self.description = description
    self.parameters = parameters
    self.steps = steps
    self.notify = notify
    self.maxParallelSteps = maxParallelSteps
    positions = Pipeline.positions(of: steps)
  }

  /// The step of a name, in constant time.
  package func step(_ name: String) -> Step? { positions[name].map { steps[$0] } }

  private static func positions(of steps: [Step]) -> [String: Int] {
    Dictionary(steps.enumerated().map { ($1.name, $0) }) { first, _ in first }
  }

  /// The metric that runs are judged by: the one marked `main`, else the first with a goal, else the
  /// first; nil when no step defines a metric.
  package var mainMetric: (step: String, metric: MetricDefinition)? {
    let all = steps.flatMap { step in step.process?.metrics.map { (step.name, $0) } ?? [] }
    return all.first { $0.1.isMain } ?? all.first { $0.1.goal != nil } ?? all.first
  }
}

/// One declared parameter.
package struct ParameterDeclaration: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    case string = "String"
    case integer = "Integer"
    case float = "Float"
    case boolean = "Boolean"
  }

  package var name: String
  package var kind: Kind
  /// nil: a value is required at each launch.
  package var defaultValue: ParameterValue?
  package var allowed: [ParameterValue]
  package var minimum: Double?
  package var maximum: Double?
  package var description: String
  package var place: Place

  package init(
    name: String,
    kind: Kind,
    defaultValue: ParameterValue? = nil,
    allowed: [ParameterValue] = [],
    minimum: Double? = nil,
    maximum: Double? = nil,
    description: String = "",
    place: Place = Place(line: 1, column: 1)
  ) {
    self.name = name
    self.kind = kind
    self.defaultValue = defaultValue
    self.allowed = allowed
    self.minimum = minimum
    self.maximum = maximum
    self.description = description
    self.place = place
  }
}

/// One step of the graph.
package struct Step: Sendable, Equatable {
  package enum Work: Sendable, Equatable {
    /// In a box of its own: steps are passed around far more often than they are read.
    indirect case process(ProcessStep)
    case condition(ConditionStep)
    case register(RegisterStep)
    case fail(message: Text)
  }

  package var name: String
  package var type: StepType
  /// Steps that have to succeed first: by reference, by `depends_on` and by a condition's branches.
  package var dependsOn: [String]
  /// The condition that this step is a branch of, and the outcome under which it runs.
  package var branch: Branch?
  package var work: Work
  package var place: Place

  package init(
    name: String,
    type: StepType,
    dependsOn: [String] = [],
    branch: Branch? = nil,
    work: Work,
    place: Place = Place(line: 1, column: 1)
  ) {
    self.name = name
    self.type = type
    self.dependsOn = dependsOn
    self.branch = branch
    self.work = work
    self.place = place
  }

  package struct Branch: Sendable, Equatable {
    package var condition: String
    package var outcome: Bool

    package init(condition: String, outcome: Bool) {
      self.condition = condition
      self.outcome = outcome
    }
  }

  package var process: ProcessStep? {
    if case .process(let process) = work { process } else { nil }
  }
}

/// What is known of a metric beforehand; with a pattern, SageMaker's MetricDefinition.
package struct MetricDefinition: Sendable, Equatable {
  package var name: String
  /// Searched in each line of the log; nil: the metric comes another way, such as by `lathe.log`.
  ///
  /// Group 1 (or the group `value`) is the number, the group `step` the x value where there is one.
  package var pattern: Pattern?
  package var goal: Goal?
  package var isMain: Bool

  package init(name: String, pattern: Pattern?, goal: Goal? = nil, isMain: Bool = false) {
    self.name = name
    self.pattern = pattern
    self.goal = goal
    self.isMain = isMain
  }
}

/// Decides between branches: every comparison has to hold.
package struct ConditionStep: Sendable, Equatable {
  package var comparisons: [Comparison]
  package var thenSteps: [String]
  package var elseSteps: [String]

  package init(comparisons: [Comparison], thenSteps: [String], elseSteps: [String]) {
    self.comparisons = comparisons
    self.thenSteps = thenSteps
    self.elseSteps = elseSteps
  }

  package struct Comparison: Sendable, Equatable {
    package enum Operator: String, Sendable, CaseIterable {
      case equal = "=="
      case notEqual = "!="
      case lessOrEqual = "<="
      case greaterOrEqual = ">="
      case less = "<"
      case greater = ">"
    }

    package var left: Text
    package var `operator`: Operator
    package var right: Text

    package init(left: Text, operator: Operator, right: Text) {
      self.left = left
      self.operator = `operator`
      self.right = right
    }
  }
}

/// Registers a step's output as a new version of a model group.
package struct RegisterStep: Sendable, Equatable {
  package var group: Text
  package var model: (step: String, output: String)
  /// The report whose numbers become the version's metrics.
  package var report: (step: String, output: String)?
  package var approval: String
  package var description: Text?

  package init(
    group: Text,
    model: (step: String, output: String),
    report: (step: String, output: String)? = nil,
    approval: String = "PendingManualApproval",
    description: Text? = nil
  ) {
    self.group = group
    self.model = model
    self.report = report
    self.approval = approval
    self.description = description
  }

  package static func == (a: RegisterStep, b: RegisterStep) -> Bool {
    a.group == b.group && a.model == b.model && a.report?.step == b.report?.step
      && a.report?.output == b.report?.output && a.approval == b.approval
      && a.description == b.description
  }
}

/// Text with references, such as `"--lr=${parameters.learning_rate}"`.
///
/// `$${` stands for a plain `${`.
package struct Text: Sendable, Equatable, Hashable {
  package enum Part: Sendable, Equatable, Hashable {
    case literal(String)
    case reference(Reference)
  }

  package var parts: [Part]

  package init(_ parts: [Part]) { self.parts = parts }
  package init(_ literal: String) { parts = [.literal(literal)] }

  package var references: [Reference] {
    parts.compactMap { if case .reference(let reference) = $0 { reference } else { nil } }
  }
}

/// What `${...}` may name.
package enum Reference: Sendable, Equatable, Hashable {
  /// `${parameters.NAME}`
  case parameter(String)
  /// `${inputs.NAME}`: the path at which the step finds its input.
  case input(String)
  /// `${outputs.NAME}`: the path at which the step has to leave its output.
  case output(String)
  /// `${steps.STEP.outputs.NAME}`: another step's output as a path.
  case stepOutput(step: String, output: String)
  /// `${steps.STEP.outputs.NAME.a.b}`: a value in the JSON file that another step made.
  case stepValue(step: String, output: String, path: [String])
  /// `${run.id}`, `${run.name}`, `${run.pipeline}`
  case run(String)
}
