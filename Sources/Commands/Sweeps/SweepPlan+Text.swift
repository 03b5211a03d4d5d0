package import Engine
import Pipelines
import Terminal

extension SweepPlan {
  /// A row a step, and what is executed in all.
  package func lines(width: Int?) -> [Line] {
    func count(_ number: Int, _ style: Style = .normal) -> Line {
      number > 0 ? Line("\(number)", style) : Line()
    }
    let rows = steps.map { step in
      [
        Line(SafeText(hostile: step.name), .bold), Line("\(step.type.rawValue)", .dim),
        count(step.executed), count(step.shared, .dim), count(step.cached, .dim),
        count(step.open, .dim), count(step.skipped, .dim), count(step.failing, .bad),
        Line(SafeText(hostile: step.reason ?? ""), .dim),
      ]
    }
    let columns: [Table.Column] = [
      .init("step", least: 8), .init("type", rank: 2), .init("runs", right: true),
      .init("shared", right: true), .init("cached", right: true),
      .init("decided later", right: true, rank: 1), .init("skipped", right: true, rank: 1),
      .init("fails", right: true), .init("why it runs first", rank: 3, least: 12),
    ]
    let limit = parallel.map { ", at most \($0) of them at once" } ?? ""
    var sum = "\(runs) \(runs == 1 ? "run" : "runs") of \(axes)\(limit): "
    sum += executed == 1 ? "1 step is executed" : "\(executed) steps are executed"
    if shared > 0 { sum += ", \(shared) shared with other runs" }
    if cached > 0 { sum += ", \(cached) from the cache" }
    if failing > 0 { sum += ", \(failing) cannot be started" }
    return Table(columns, rows).lines(width: width) + [
      Line(), Line(SafeText(hostile: sum + "."), .dim),
    ]
  }

  package var json: JSON {
    [
      "instance": JSON(instance), "pipeline": JSON(pipeline), "axes": JSON(axes),
      "runs": JSON(runs), "parallel": JSON(parallel), "executed": JSON(executed),
      "shared": JSON(shared), "cached": JSON(cached),
      "steps": .array(
        steps.map { step in
          [
            "name": JSON(step.name), "type": JSON(step.type.rawValue),
            "executed": JSON(step.executed), "shared": JSON(step.shared),
            "cached": JSON(step.cached), "decided_later": JSON(step.open),
            "skipped": JSON(step.skipped), "failing": JSON(step.failing),
            "reason": JSON(step.reason),
          ]
        }
      ),
    ]
  }
}
