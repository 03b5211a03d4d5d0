import Pipelines
import Testing

@Suite("Watch rules")
struct WatchTests {
  /// What fires over values logged at x 0, 1, 2, ...: x and words.
  private func findings(
    _ kind: WatchRule.Kind,
    _ values: [Double],
    goal: Goal = .min
  ) -> [String] {
    let metric: String? = if case .explodingTensor = kind { nil } else { "loss" }
    var watch = Watch([WatchRule(kind, metric: metric, goal: goal)], start: 0)
    return values.enumerated().flatMap { step, value in
      watch.take("loss", step: Double(step), time: Double(step), value: value)
        .map { "\(Int($0.step)): \($0.message)" }
    }
  }

  @Test func `NaN and infinities are told once a metric`() {
    let kind = WatchRule.Kind.explodingTensor(onlyNaN: false)
    #expect(findings(kind, [1, .infinity, .nan]) == ["1: loss is +Inf."])
    #expect(findings(.explodingTensor(onlyNaN: true), [1, .infinity, .nan]) == ["2: loss is NaN."])
    var watch = Watch([WatchRule(kind)], start: 0)
    let both = ["a", "b", "a"].flatMap { watch.take($0, step: 0, time: 0, value: .nan) }
    #expect(both.map(\.metric) == ["a", "b"])
  }

  @Test func `a rule for every metric tells of a hundred of them`() {
    var watch = Watch([WatchRule(.explodingTensor(onlyNaN: false))], start: 0)
    let found = (0..<10_000).flatMap { watch.take("m\($0)", step: 0, time: 0, value: .nan) }
    #expect(found.map(\.metric) == (0..<100).map { "m\($0)" })
  }

  @Test func `a loss that does not fall by 0.1 % in 10 steps is a plateau`() {
    let kind = WatchRule.Kind.lossNotDecreasing(
      numSteps: 10,
      diffPercent: 0.1,
      increaseThresholdPercent: 5
    )
    let falling = (0..<40).map { 1 - 0.001 * Double($0) }
    #expect(findings(kind, falling) == [])
    let flat = (0..<40).map { $0 < 20 ? 1 - 0.01 * Double($0) : 0.8 }
    #expect(
      findings(kind, flat) == ["30: loss improved by 0 % from x 20 to 30, less than 0.1 %."]
    )
    let rising = (0..<20).map { 1 + 0.1 * Double($0) }
    #expect(findings(kind, rising) == ["10: loss got worse by 100 % from x 0 to 10."])
    #expect(findings(kind, rising, goal: .max) == [])
  }

  @Test func `no gain of 0.01 in five points is overtraining`() {
    let kind = WatchRule.Kind.overtraining(patience: 5, delta: 0.01)
    #expect(findings(kind, [1, 0.9, 0.899, 0.898, 0.85, 0.849, 0.848, 0.847, 0.846]) == [])
    #expect(
      findings(kind, [1, 0.9, 0.899, 0.898, 0.9, 0.95, 0.896, 0.5])
        == ["6: loss has not improved on 0.9 by 0.01 in 5 points."]
    )
  }

  @Test func `a value far from the best, three times in a row, is divergence`() {
    let kind = WatchRule.Kind.divergence(ratio: 1, patience: 3)
    #expect(findings(kind, [1, 0.5, 3, 0.6, 3, 3, 0.9]) == [])
    #expect(
      findings(kind, [1, 0.5, 3, 4, 5])
        == ["4: loss is 5, far from its best of 0.5: diverging."]
    )
    #expect(
      findings(kind, [-4, -5, -1, 2, 3, 4])
        == ["5: loss is 4, far from its best of -5: diverging."]
    )
  }

  @Test func `a bound may be crossed for a while`() {
    let kind = WatchRule.Kind.threshold(above: 2, below: 0, patience: 2)
    #expect(findings(kind, [1, 3, 1, 3, 4]) == ["4: loss is 4, above 2."])
    #expect(findings(kind, [1, -1, -2]) == ["2: loss is -2, below 0."])
    #expect(findings(kind, [.nan, .nan]) == [])
  }

  @Test(arguments: [true, false])
  func `a validation loss 10 % above the training loss is overfitting`(trainFirst: Bool) {
    let rule = WatchRule(
      .overfit(train: "train", ratioThreshold: 0.1, patience: 1, startStep: 2),
      metric: "val"
    )
    var watch = Watch([rule], start: 0)
    var found: [WatchFinding] = []
    let epochs = [(1.0, 2.0), (0.9, 0.95), (0.8, 0.85), (0.5, 0.8), (0.4, 0.9)]
    for (epoch, (train, val)) in epochs.enumerated() {
      let points = [("train", train), ("val", val)]
      for (name, value) in trainFirst ? points : points.reversed() {
        found += watch.take(name, step: Double(epoch), time: 0, value: value)
      }
    }
    #expect(found.map(\.message) == ["val is 60 % above train: overfitting."])
    #expect(found.map(\.step) == [3])
  }

  @Test func `training is averaged between two validations`() {
    let rule = WatchRule(
      .overfit(train: "train", ratioThreshold: 0.1, patience: 1, startStep: 0),
      metric: "val"
    )
    var watch = Watch([rule], start: 0)
    for (step, value) in [3.0, 1, 2].enumerated() {
      #expect(watch.take("train", step: Double(step), time: 0, value: value).isEmpty)
    }
    #expect(watch.take("val", step: 2, time: 0, value: 2.1).isEmpty)
    for step in 3..<6 { _ = watch.take("train", step: Double(step), time: 0, value: 1) }
    let found = watch.take("val", step: 5, time: 0, value: 1.2)
    #expect(found.map(\.message) == ["val is 20 % above train: overfitting."])
  }

  @Test func `silence of half an hour is a stall, and any output ends it`() {
    var watch = Watch([WatchRule(.stalledTraining(seconds: 1800))], start: 100)
    #expect(watch.deadline == 1900)
    watch.hear(at: 1000)
    #expect(watch.wait(until: 1900).isEmpty && watch.deadline == 2800)
    #expect(watch.wait(until: 2800).map(\.message) == ["the step has printed nothing for 1800 s."])
    #expect(watch.deadline == nil && watch.wait(until: 9999).isEmpty)
  }

  @Test func `a finding is told by the rule's written name, its step and where on the curve`() {
    var rule = WatchRule(.explodingTensor(onlyNaN: false), written: "nan")
    var watch = Watch([rule], start: 0)
    var found = watch.take("loss", step: 1_234_567, time: 0, value: .nan)
    #expect(found.map(\.words) == ["nan at 1234567: loss is NaN."])
    #expect(found.map(\.place) == ["loss at 1234567"])
    #expect(
      found.map { $0.line(of: "train") }
        == ["watch rule nan of step train, loss at 1234567: loss is NaN."]
    )
    #expect(found == found)
    rule = WatchRule(.stalledTraining(seconds: 60))
    watch = Watch([rule], start: 0)
    found = watch.wait(until: 60)
    #expect(found.map(\.words) == ["StalledTraining: the step has printed nothing for 60 s."])
    #expect(found.map(\.place) == [nil] && found == found)
    #expect(
      found.map { $0.line(of: "a") }
        == ["watch rule StalledTraining of step a: the step has printed nothing for 60 s."]
    )
  }
}
