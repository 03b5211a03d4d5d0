import Curves
import Documents
import Engine
import Foundation
import Glibc
import Pipelines
import Series
import Store
import Terminal

@testable import Workbench

/// Fixed answers about one home with two runs of `digits`.
enum RunFixture {
  static let home = Home(folder: "/h")
  /// 2026-11-22 14:04:34 UTC.
  static let now = 1_795_356_274.0
  static let started = now - 134

  static func at(_ seconds: Double) -> Date { Date(timeIntervalSince1970: started + seconds) }

  static let digest = Digest(of: "code")

  static var parent: RunRecord {
    RunRecord(
      id: 141,
      instance: "digits",
      pipeline: "digits",
      status: .succeeded,
      parameters: ["learning_rate": .float(0.1), "epochs": .integer(40)],
      created: at(-600),
      started: at(-600),
      ended: at(-480),
      pipelineFile: digest,
      code: digest
    )
  }

  static func run(_ status: RunStatus = .executing, name: String = "lower lr") -> RunRecord {
    RunRecord(
      id: 142,
      instance: "digits",
      pipeline: "digits",
      status: status,
      name: name,
      parent: 141,
      parameters: ["learning_rate": .float(0.03), "epochs": .integer(40)],
      created: at(0),
      started: at(0),
      ended: status.isActive ? nil : at(130),
      reason: status == .failed ? "train failed: exit 1" : nil,
      failedStep: status == .failed ? "train" : nil,
      source: SourceVersion(
        commit: "a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d0",
        branch: "main",
        editedFiles: ["train.py"]
      ),
      pipelineFile: digest,
      code: digest,
      user: "mj",
      stepCount: 4,
      mainMetric: "val_loss",
      mainGoal: .min
    )
  }

  static func steps(_ train: StepStatus = .executing, cafe: Bool = false) -> [StepRecord] {
    [
      StepRecord(
        run: 142,
        name: "prepare",
        index: 0,
        type: .processing,
        status: .cached,
        cachedFrom: 141,
        savedSeconds: 8,
        outputs: ["data": Artifact(kind: .folder, digest: digest, size: 422_000)],
        logRun: 141,
        logAttempt: 1
      ),
      StepRecord(
        run: 142,
        name: cafe ? "학습-é" : "train",
        index: 1,
        type: .training,
        status: train,
        attempt: 1,
        dependsOn: ["prepare"],
        started: at(4),
        ended: train == .executing ? nil : at(130),
        reason: train == .failed ? "ValueError: bad shape" : nil,
        exitCode: train == .failed ? 1 : nil,
        pid: train == .executing ? 48_112 : nil,
        cacheReason: "learning_rate changed",
        peakMemory: 5 << 30,
        cpuSeconds: 412,
        logAttempt: 1
      ),
      StepRecord(
        run: 142,
        name: "evaluate",
        index: 2,
        type: .processing,
        status: train == .failed ? .skipped : .waiting,
        dependsOn: [cafe ? "학습-é" : "train"],
        reason: train == .failed ? "train failed" : nil
      ),
      StepRecord(
        run: 142,
        name: "accuracy",
        index: 3,
        type: .condition,
        status: train == .failed ? .skipped : .waiting,
        dependsOn: ["evaluate"],
        reason: train == .failed ? "evaluate was skipped" : nil
      ),
    ]
  }

  static func metric(
    _ run: Int,
    _ name: String,
    _ goal: Goal?,
    last: Double,
    best: Double,
    at step: Double,
    main: Bool = false
  ) -> MetricSummary {
    MetricSummary(
      run: run,
      step: "train",
      name: name,
      goal: goal,
      isMain: main,
      count: 27,
      last: last,
      lastStep: 27,
      min: goal == .max ? 0.1 : best,
      minStep: goal == .max ? 1 : step,
      max: goal == .max ? best : 2,
      maxStep: goal == .max ? step : 1
    )
  }

  static let metrics = [
    metric(142, "val_loss", .min, last: 0.291, best: 0.288, at: 25, main: true),
    metric(142, "train_loss", .min, last: 0.164, best: 0.164, at: 27),
    metric(142, "val_acc", .max, last: 0.956, best: 0.957, at: 25),
  ]

  static let parentMetrics = [
    metric(141, "val_loss", .min, last: 0.35, best: 0.342, at: 12, main: true),
    metric(141, "train_loss", .min, last: 0.101, best: 0.101, at: 40),
    metric(141, "val_acc", .max, last: 0.94, best: 0.948, at: 14),
  ]

  static func facts(_ run: RunRecord, _ steps: [StepRecord]) -> RunFacts {
    var earlier = steps[1]
    earlier.run = 141
    earlier.logRun = 141
    earlier.status = .succeeded
    return RunFacts(
      run: run,
      steps: steps,
      metrics: metrics,
      parent: parent,
      parentMetrics: parentMetrics,
      parentSteps: [earlier]
    )
  }

  static let running = facts(run(), steps())
  static let failed = facts(run(.failed), steps(.failed))

  /// A loss that falls by a fixed law, with a floor.
  static func curve(
    _ name: String,
    _ count: Int,
    from first: Double,
    to floor: Double
  ) -> LoggedSeries {
    let steps = (1...count).map(Double.init)
    return LoggedSeries(
      name: name,
      data: SeriesData(
        steps: steps,
        times: steps.map { started + 4 + $0 * 4 },
        values: steps.map { floor + (first - floor) / $0 }
      )
    )
  }

  static let series = [
    curve("train_loss", 27, from: 2.1, to: 0.09),
    curve("val_loss", 27, from: 2.2, to: 0.22),
    curve("val_acc", 27, from: 0.3, to: 0.98),
  ]
  static let parentSeries = [curve("val_loss", 40, from: 1.6, to: 0.32)]

  static let log = (1...1204).map { number in
    "14:04:22 epoch \(number) train_loss=0.\(number) val_loss=0.288"
  }

  static let traceback =
    log.prefix(30) + [
      "Traceback (most recent call last):",
      "  File \"/h/runs/r142/train/1/work/train.py\", line 14, in <module>",
      "    main()",
      "  File \"/h/runs/r142/train/1/work/train.py\", line 9, in main",
      "    raise ValueError(\"bad shape\")",
      "ValueError: bad shape",
    ]

  static func attempt(_ run: Int, _ step: String = "train") -> AttemptFolder {
    home.attempt(run: run, step: step, attempt: 1)
  }

  static let instance = InstanceRecord(
    name: "digits",
    status: .inService,
    folder: "/h/instances/digits",
    isAdopted: false,
    created: at(-9000)
  )

  static let pipeline = PipelineFacts(
    file: "pipeline.yaml",
    pipeline: Pipeline(
      name: "digits",
      steps: [
        Step(
          name: "train",
          type: .training,
          work: .process(
            ProcessStep(command: .arguments([Text("python"), Text("steps/train.py")]))
          )
        )
      ]
    ),
    diagnostics: []
  )

  static func answers(_ facts: RunFacts = running) -> [Query: Answer] {
    let isFailed = facts.run.status == .failed
    let lines = isFailed ? Array(traceback) : Array(log.suffix(1000))
    let count = isFailed ? traceback.count : log.count
    let step = facts.steps[1].name
    // What a step has logged that has no figures yet.
    let isRecorded = facts.metrics.contains { $0.step == step }
    let logged = (isRecorded ? [] : series).compactMap { series in
      series.data.summary.map {
        MetricSummary($0, of: series.name, in: facts.steps[1], of: facts.run)
      }
    }
    return [
      .run(142): .run(facts),
      .liveMetrics(142): .summaries(
        facts.run.ordered(facts.metrics + logged.byImportance(of: \.name))
      ),
      .instances: .instances([instance]),
      .pipeline(instance: "digits"): .pipeline(pipeline),
      .metrics(attempt(142, step)): LoggedSeries.metrics(series),
      .log(attempt(142, step), .tail(lines: 1000)): .log(
        LogFacts(
          first: count - lines.count,
          lines: lines,
          count: count,
          failure: isFailed
            ? LogFailure(file: "train.py", line: 9, message: "ValueError: bad shape") : nil
        )
      ),
    ]
  }

  static func context(
    _ width: Int,
    _ height: Int,
    _ answers: [Query: Answer] = answers(),
    glyphs: GlyphSet = .braille
  ) -> Context {
    // Times of day are told where the user is; here everybody is in Greenwich.
    setenv("TZ", "UTC", 1)
    tzset()
    return Context(
      answers: answers,
      now: now,
      glyphs: glyphs,
      home: home,
      size: Size(width: width, height: height)
    )
  }

  /// What a view draws in its own area, after it was told of every answer, those about curves among
  /// them, until it asks for nothing else.
  static func drawn(_ view: inout some View, _ context: Context) -> String {
    let context = told(&view, context)
    return picture(view, context)
  }

  @discardableResult
  static func told(
    _ view: inout some View,
    _ context: Context,
    effects: ([Effect]) -> Void = { _ in }
  ) -> Context {
    var context = context
    for _ in 0..<3 {
      for query in context.answers.keys { _ = view.update(.answered(query), context) }
      for query in view.queries {
        guard let answer = LoggedSeries.answer(query, points) else { continue }
        context.answers[query] = answer
        effects(view.update(.answered(query), context))
      }
    }
    return context
  }

  /// The points of both runs.
  static func points(_ key: SeriesKey) -> SeriesData? {
    let all = key.folder.path.contains("/r141/") ? parentSeries : series
    return all.first { $0.name == key.name }?.data
  }

  static func picture(_ view: some View, _ context: Context) -> String {
    var screen = Screen(size: context.size)
    view.draw(on: &screen, in: context.area, context)
    return screen.text
  }
}

extension View {
  /// Presses a key as the root does: a binding's action, else the key itself.
  mutating func press(_ key: Key, _ context: Context) -> [Effect] {
    if let binding = bindings(context).first(where: { $0.keys.contains(key) }) {
      if let reason = binding.unavailable { return [.tell(Notice(.information, reason.string))] }
      return update(.action(binding.action), context)
    }
    return update(.terminal(.key(key)), context)
  }
}
