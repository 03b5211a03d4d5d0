import Documents
import Pipelines
import Testing

@Suite("Watch rules in a pipeline file")
struct WatchReadingTests {
  private func read(_ text: String) -> (rules: [WatchRule], messages: [String]) {
    let (pipeline, found) = Pipeline.read(text, name: "p")
    return (
      pipeline?.steps.first?.process?.watch ?? [],
      found.map { "\($0.message) \($0.hint)" }
    )
  }

  @Test func `rules stand below a metric, a step or the pipeline`() {
    let (rules, messages) = read(
      """
      watch: [NaN, { rule: Stall, action: stop }]
      steps:
        train:
          type: Training
          run: [python, train.py]
          metrics:
            - { name: acc, goal: max, main: true, watch: [Divergence] }
            - { name: val_loss, regex: 'val_loss=(\\S+)' }
          watch:
            - { rule: Overfit, metric: val_loss, train: loss, ratio_threshold: 0.2, action: StopTraining }
            - { rule: overtraining, metric: val_loss }
            - rule: Plateau
            - { rule: Threshold, metric: val_loss, above: 10 }
      """
    )
    #expect(messages == [])
    #expect(
      rules == [
        WatchRule(
          .divergence(ratio: 1, patience: 3),
          metric: "acc",
          goal: .max,
          written: "Divergence"
        ),
        WatchRule(.explodingTensor(onlyNaN: false), written: "NaN", isForAll: true),
        WatchRule(
          .stalledTraining(seconds: 1800),
          action: .stop,
          written: "Stall",
          isForAll: true
        ),
        WatchRule(
          .overfit(train: "loss", ratioThreshold: 0.2, patience: 1, startStep: 0),
          metric: "val_loss",
          action: .stop,
          written: "Overfit"
        ),
        WatchRule(
          .overtraining(patience: 10, delta: 0.01),
          metric: "val_loss",
          written: "overtraining"
        ),
        WatchRule(
          .lossNotDecreasing(numSteps: 10, diffPercent: 0.1, increaseThresholdPercent: 5),
          metric: "acc",
          goal: .max,
          written: "Plateau"
        ),
        WatchRule(
          .threshold(above: 10, below: nil, patience: 1),
          metric: "val_loss",
          written: "Threshold"
        ),
      ]
    )
  }

  @Test func `a rule for all steps concerns those that have its metric, and is refused once`() {
    let text = """
      watch: [Overtraining, { rule: Divergence, patience: 0 }]
      steps:
        a: { type: Processing, run: [x] }
        b: { type: Processing, run: [y] }
      """
    #expect(
      read(text).messages == ["'patience' has to be a whole number of at least 1, and is '0'. "]
    )
  }

  @Test func `all that is wrong with one rule is told at once`() {
    let (_, messages) = read(
      """
      steps:
        train:
          type: Training
          run: [x]
          watch:
            - { rule: Overfit, metric: val, trian: loss, ratio_threshold: much, patience: 0, action: explode }
            - { rule: Overfit, metric: val, train: [a], start_step: -1 }
            - { rule: Threshold, metric: a, patience: 1.5 }
      """
    )
    #expect(
      messages == [
        "Rule 'Overfit' needs 'train', the metric that the validation metric is held against. Write train: train_loss.",
        "Rule 'Overfit' has no key 'trian'. Did you mean 'train'?",
        "'ratio_threshold' has to be a number, and is 'much'. ",
        "'patience' has to be a whole number of at least 1, and is '0'. ",
        "'action' has to be Alert or StopTraining, and is 'explode'. ",
        "'train' has to be a text, and is a list. ",
        "'start_step' has to be a number from 0 on, and is '-1'. ",
        "Rule 'Threshold' needs 'above' or 'below'. ",
        "'patience' has to be a whole number of at least 1, and is '1.5'. ",
      ]
    )
  }

  @Test(arguments: [("2s", 2.0), ("10m", 600), ("90", 90), ("0.5", 0.5)])
  func `a stall's threshold is a time`(text: String, seconds: Double) {
    let (rules, messages) = read(
      "steps: { a: { type: Training, run: x, watch: [{ rule: Stall, threshold: \(text) }] } }"
    )
    #expect(messages == [])
    #expect(rules.map(\.kind) == [.stalledTraining(seconds: seconds)])
  }

  @Test(arguments: [
    ("minimize", Goal.min), ("Maximize", .max), ("max", .max), ("MINIMIZE", .min), ("Min", nil),
  ])
  func `a goal is taken in SageMaker's words`(text: String, goal: Goal?) {
    let (pipeline, found) = Pipeline.read(
      "steps: { a: { type: Training, run: x, metrics: [{ name: l, goal: \(text) }] } }",
      name: "p"
    )
    #expect(pipeline?.steps.first?.process?.metrics.first?.goal == goal)
    #expect(found.isEmpty == (goal != nil))
  }

  @Test func `what is wrong with rules is told at once`() {
    let (_, messages) = read(
      """
      steps:
        train:
          type: Training
          run: [x]
          watch:
            - Overfitt
            - { rule: Overfit, metric: val }
            - { rule: Threshold, metric: a }
            - { rule: Threshold, metric: a, above: 1, below: 5 }
            - { rule: Threshold, metric: a, above: 5, below: 1 }
            - { rule: Plateau }
            - { rule: NaN, action: explode, patience: 2 }
      """
    )
    #expect(
      messages == [
        "There is no watch rule 'Overfitt'. Did you mean 'Overfit'?",
        "Rule 'Overfit' needs 'train', the metric that the validation metric is held against. Write train: train_loss.",
        "Rule 'Threshold' needs 'above' or 'below'. ",
        "Rule 'Threshold' fires at every value: each is above 1 or below 5. 'above' is the greater bound: exchange the two.",
        "Rule 'Plateau' needs 'metric', as the step has no main metric. Name one, or say 'main: true' of a metric.",
        "'action' has to be Alert or StopTraining, and is 'explode'. ",
        "Rule 'NaN' has no key 'patience'. There are: rule, action, metric, only_nan.",
      ]
    )
  }
}
