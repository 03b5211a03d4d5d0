import Commands
import Engine
import Store
import Testing

/// Which metric a run is judged by: one decision for everything that shows it.
struct MainMetricTests {
  private func metric(_ name: String, of step: String, best: Double, last: Double) -> MetricSummary
  {
    var metric = CommandsTests.metric(name, best: best, last: last)
    metric.step = step
    metric.isMain = false
    return metric
  }

  @Test func `of several steps that logged it the one whose figures the run has is meant`() {
    let metrics = [
      metric("val_loss", of: "train", best: 0.288, last: 0.291),
      metric("val_loss", of: "evaluate", best: 0.5, last: 0.5),
      metric("a", of: "x", best: 1, last: 1),
    ]
    #expect(run(2).judged(by: metrics)?.step == "train")
    let ordered = run(2).ordered(metrics.reversed())
    #expect(ordered.map(\.step) == ["train", "x", "evaluate"])
    #expect(ordered.map(\.isMain) == [true, false, false])
  }

  @Test func `a marked one goes before others of its name, else the last step counts`() {
    var record = run(2, .executing)
    (record.mainBest, record.mainLast) = (nil, nil)
    var metrics = [
      metric("val_loss", of: "one", best: 1, last: 1),
      metric("val_loss", of: "two", best: 2, last: 2),
    ]
    #expect(record.judged(by: metrics)?.step == "two")
    metrics[0].isMain = true
    #expect(record.judged(by: metrics)?.step == "one")
  }

  @Test func `a run whose last value was no number is judged by the step that logged it`() {
    var record = run(2)
    (record.mainBest, record.mainLast) = (0.5, nil)
    let metrics = [
      metric("val_loss", of: "one", best: 0.5, last: .nan),
      metric("val_loss", of: "two", best: 0.2, last: 0.3),
    ]
    #expect(record.judged(by: metrics)?.step == "one")
  }

  @Test func `without a main metric the most important one that can be judged counts`() {
    var record = run(2, .executing)
    record.mainMetric = nil
    var plain = metric("rows", of: "train", best: 1, last: 1)
    plain.goal = nil
    let metrics = [
      plain, metric("acc", of: "train", best: 1, last: 1),
      metric("val_loss", of: "train", best: 1, last: 1),
    ]
    #expect(record.judged(by: metrics)?.name == "val_loss")
    #expect(record.judged(by: [plain]) == nil)
  }

  @Test func `a main metric that never came gives way to one with values once the run has ended`() {
    var record = run(2)
    (record.mainMetric, record.mainBest, record.mainLast) = ("accuracy", nil, nil)
    let metrics = [metric("val_loss", of: "train", best: 1, last: 1)]
    #expect(record.judged(by: metrics)?.name == "val_loss")
    record.status = .executing
    #expect(record.judged(by: metrics) == nil)
  }
}
