import Documents
import Foundation
import Pipelines
import Store

/// A sweep's launch as a value: what its runs have in common, taken once, and the values of each.
struct PreparedSweep: Sendable {
  /// A run that is one command has a text of its own.
  struct Command: Sendable {
    let arguments: [String]
    let file: Digest
  }

  /// As of the first combination.
  var base: PreparedLaunch
  let axes: [SweepRecord.Axis]
  /// The values of each axis by their declared types.
  let values: [[ParameterValue]]
  let commands: [Command]
  let parallel: Int?
  /// The sweep's own.
  let name: String?

  /// Steps of all of its runs together; more would keep the catalog busy for minutes.
  static let mostSteps = 1_000_000

  var count: Int { axes.reduce(1) { $0 * $1.values.count } }

  func record(at now: Date) -> SweepRecord {
    SweepRecord(
      instance: base.run.instance,
      pipeline: base.run.pipeline,
      name: name,
      note: commands.isEmpty ? base.run.note : nil,
      axes: axes,
      parallel: parallel,
      count: count,
      created: now,
      token: base.body.token
    )
  }

  /// A run by its place, without its number, and what its launch has of its own.
  func run(_ index: Int) -> (run: RunRecord, own: LaunchDifference) {
    var run = base.run
    var own = LaunchDifference(
      given: base.body.given,
      what: nil,
      token: "\(base.body.token)/\(index)"
    )
    if commands.isEmpty {
      for (axis, place) in places(of: index).enumerated() {
        run.parameters[axes[axis].name] = values[axis][place]
        own.given[axes[axis].name] = axes[axis].values[place]
      }
    } else {
      let command = commands[index]
      run.parameters = CommandOptions(command.arguments).parameters
      run.pipelineFile = command.file
      run.note = run.note ?? command.arguments.joined(separator: " ")
      own.what = .command(command.arguments)
    }
    return (run, own)
  }

  /// The whole launch of one run, as if it had been asked for alone.
  func launch(_ index: Int) throws -> PreparedLaunch {
    let (run, own) = run(index)
    var launch = base
    launch.run = run
    launch.body = base.body.with(own)
    if !commands.isEmpty { launch.pipeline = try launch.body.pipeline(named: run.pipeline) }
    return launch
  }

  /// Which value of each axis a run has; those of the last axis change fastest.
  private func places(of index: Int) -> [Int] {
    var rest = index
    return axes.reversed().map { axis in
      defer { rest /= axis.values.count }
      return rest % axis.values.count
    }.reversed()
  }
}

/// What the launch of one run of a sweep has of its own.
struct LaunchDifference: Sendable, Codable, Equatable {
  var given: [String: String]
  /// Where each run is another command.
  var what: LaunchRequest.What?
  var token: String
}

extension LaunchBody {
  func with(_ own: LaunchDifference) -> LaunchBody {
    var body = self
    body.given = own.given
    body.what = own.what ?? what
    body.token = own.token
    return body
  }
}

extension Launcher {
  /// Freezes the launch of a sweep: one snapshot, and every value checked.
  ///
  /// Refused with an `Explanation` where a launch of any of its runs would be.
  func prepare(
    _ request: SweepRequest,
    instance: InstanceRecord,
    earlier: (RunRecord, LaunchBody)?
  ) throws -> PreparedSweep {
    let sweep = try request.checked()
    var launch = request.launch
    let name = launch.name
    if let name { try RunRecord.check(name: name) }
    for axis in sweep.axes { launch.parameters[axis.name] = axis.values.first }
    var base = try prepare(launch, instance: instance, earlier: earlier)
    base.run.name = nil
    let steps = base.steps.count * sweep.count
    guard steps <= PreparedSweep.mostSteps else {
      throw Explanation(
        what: "The sweep has \(sweep.count) runs of \(base.steps.count) steps: \(steps) in all.",
        why: "A sweep has at most \(PreparedSweep.mostSteps) steps.",
        next: "Leave out values, or sweep fewer parameters at a time."
      )
    }
    let typed = base.body.isCommand ? sweep.axes.map { _ in [] } : try base.pipeline.typed(sweep)
    var commands: [PreparedSweep.Command] = []
    if case .command(let arguments) = earlier?.1.what ?? request.launch.what {
      commands = try self.commands(arguments, request.launch.parameters, sweep)
      if request.launch.note == nil { base.run.note = nil }
    }
    return PreparedSweep(
      base: base,
      axes: sweep.axes.map { SweepRecord.Axis(name: $0.name, values: $0.values) },
      values: typed,
      commands: commands,
      parallel: request.parallel,
      name: name
    )
  }

  private func commands(
    _ arguments: [String],
    _ given: [String: String],
    _ sweep: Sweep
  ) throws -> [PreparedSweep.Command] {
    let objects = ObjectStore(home: home, isDurable: false)
    let options = CommandOptions(arguments)
    return try sweep.combinations.map { combination in
      let own = try options.replacing(given.merging(combination) { _, swept in swept })
      let file = try objects.put(Data(own.joined(separator: "\n").utf8))
      return PreparedSweep.Command(arguments: own, file: file)
    }
  }
}

extension SweepRequest {
  /// The sweep that is meant, as far as it can be judged without the pipeline.
  fileprivate func checked() throws -> Sweep {
    let sweep = try Sweep(parts)
    guard !sweep.axes.isEmpty else {
      throw Explanation(
        what: "The sweep has no parameter.",
        next: "Name one with its values: --sweep lr=0.1,0.03"
      )
    }
    if let twice = sweep.axes.first(where: { launch.parameters[$0.name] != nil }) {
      throw Explanation(
        what: "'\(twice.name)' is swept and has a value of its own.",
        why: "It is given as \(twice.name)=\(launch.parameters[twice.name]?.prefix(80) ?? "").",
        next: "Leave out one of them: -p \(twice.name) or --sweep \(twice.name)."
      )
    }
    if let parallel, !(1...Sweep.limit).contains(parallel) {
      throw Explanation(
        what: "\(parallel) runs cannot execute at once.",
        why: "It is a number from 1 to \(Sweep.limit).",
        next: "Leave it out to use all room that the machine has."
      )
    }
    return sweep
  }
}

extension Pipeline {
  /// The values of each axis by their declarations.
  ///
  /// All that do not fit are refused together, and so are two texts that are the same value.
  fileprivate func typed(_ sweep: Sweep) throws -> [[ParameterValue]] {
    var faults: [InvalidParameters.Fault] = []
    let typed = sweep.axes.map { axis -> [ParameterValue] in
      guard let declaration = parameters.first(where: { $0.name == axis.name }) else { return [] }
      var seen: Set<ParameterValue> = []
      return axis.values.compactMap { text in
        switch declaration.value(of: text) {
        case .failure(let fault):
          faults.append(fault)
          return nil
        case .success(let value):
          if !seen.insert(value).inserted {
            faults.append(
              InvalidParameters.Fault(
                parameter: axis.name,
                message: "'\(axis.name)' has the value \(value) twice, once as '\(text)'.",
                hint: "Leave one of them out."
              )
            )
          }
          return value
        }
      }
    }
    guard faults.isEmpty else { throw InvalidParameters(Array(faults.prefix(10))) }
    return typed
  }
}
