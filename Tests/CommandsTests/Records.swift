import Foundation
import Pipelines
import Store

/// Fixed records for text that is compared: 14:02:11 UTC on a day in March.
let noon = Date(timeIntervalSince1970: 1_772_373_731)
let utc = TimeZone(secondsFromGMT: 0) ?? .current
let home = Home(folder: "/home/mj/.lathe")

func digest(_ text: String) -> Digest { Digest(of: text) }

func run(
  _ id: Int,
  _ status: RunStatus = .succeeded,
  name: String? = nil,
  parent: Int? = nil,
  parameters: [String: ParameterValue] = ["learning_rate": .float(0.1)],
  seconds: Double = 134
) -> RunRecord {
  RunRecord(
    id: id,
    instance: "digits",
    pipeline: "digits",
    status: status,
    name: name,
    parent: parent,
    parameters: parameters,
    created: noon.addingTimeInterval(-seconds - 60),
    started: noon.addingTimeInterval(-seconds - 60),
    ended: status.isActive ? nil : noon.addingTimeInterval(-60),
    pipelineFile: digest("pipeline"),
    code: digest("code"),
    host: "gpu1",
    user: "mj",
    stepCount: 5,
    stepsDone: 5,
    stepsCached: 1,
    mainMetric: "val_loss",
    mainGoal: .min,
    mainBest: 0.288,
    mainLast: 0.291,
    sparkline: [1, 0.5, 0.25, 0]
  )
}

func step(
  _ name: String,
  _ status: StepStatus,
  index: Int = 0,
  dependsOn: [String] = [],
  seconds: Double? = nil
) -> StepRecord {
  var step = StepRecord(run: 2, name: name, index: index, type: .training, status: status)
  step.dependsOn = dependsOn
  step.started = seconds.map { noon.addingTimeInterval(-$0) }
  step.ended = status.isEnd ? noon : nil
  return step
}

func metric(_ name: String, run: Int = 2, best: Double, last: Double) -> MetricSummary {
  MetricSummary(
    run: run,
    step: "train",
    name: name,
    goal: .min,
    isMain: name == "val_loss",
    count: 40,
    last: last,
    lastStep: 40,
    min: best,
    minStep: 25,
    max: 2,
    maxStep: 1
  )
}

/// What a watch rule found in step `train` of a run.
func alert(
  _ id: Int,
  run: RunRecord,
  rule: String = "NaN",
  metric: String? = "loss",
  at step: Double = 12,
  value: Double = .nan,
  message: String = "loss is NaN.",
  action: WatchRule.Action = .alert,
  attempt: Int = 1
) -> AlertRecord {
  let finding = WatchFinding(
    rule: rule,
    metric: metric,
    step: step,
    time: noon.timeIntervalSince1970 + Double(id),
    value: value,
    message: message,
    action: action
  )
  var alert = AlertRecord(finding, run: run, step: "train", attempt: attempt)
  alert.id = id
  return alert
}
