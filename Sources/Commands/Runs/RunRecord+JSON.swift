import Engine
import Foundation
package import Pipelines
package import Store

extension ParameterValue {
  package var json: JSON {
    switch self {
    case .string(let value): .string(value)
    case .integer(let value): .integer(value)
    case .float(let value): .number(value)
    case .boolean(let value): .boolean(value)
    }
  }
}

extension RunRecord {
  /// The keys are a promise to scripts: they are added to and never renamed.
  package var json: JSON {
    [
      "id": JSON(id), "run": JSON(shortName), "name": JSON(name), "note": JSON(note),
      "instance": JSON(instance), "pipeline": JSON(pipeline), "status": JSON(status.rawValue),
      "reason": JSON(reason), "failed_step": JSON(failedStep),
      "parent": JSON(parent.map { "r\($0)" }), "sweep": JSON(sweep.map { "s\($0)" }),
      "parameters": JSON(sorted: parameters.mapValues(\.json)),
      "created": JSON(created), "started": JSON(started), "ended": JSON(ended),
      "duration_seconds": JSON(ended.flatMap { seconds(at: $0) }),
      "step_count": JSON(stepCount), "steps_done": JSON(stepsDone),
      "steps_cached": JSON(stepsCached),
      "main_metric": mainMetric.map { name in
        [
          "name": JSON(name), "goal": JSON(mainGoal?.rawValue), "best": JSON(mainBest),
          "last": JSON(mainLast),
        ]
      } ?? .null,
      "source": source.json, "code": JSON(code.hex), "pipeline_file": JSON(pipelineFile.hex),
      "host": JSON(host), "user": JSON(user), "pinned": JSON(isPinned),
    ]
  }

  /// The run with how often watch rules found something in it: what lists print.
  package func json(alerts: Int) -> JSON {
    guard case .object(let members) = json else { return json }
    return .object(members + [.init("alert_count", JSON(alerts))])
  }

  /// The run with its steps, metrics and alerts: what `show`, `run` and `watch` print.
  package func json(
    steps: [StepRecord],
    metrics: [MetricSummary],
    alerts: [AlertRecord],
    home: Home
  ) -> JSON {
    guard case .object(var members) = json(alerts: alerts.count) else { return json }
    members.append(.init("folder", JSON(home.run(id))))
    members.append(.init("steps", .array(steps.map { $0.json(home: home) })))
    members.append(.init("metrics", .array(metrics.map(\.json))))
    members.append(.init("alerts", .array(alerts.map(\.json))))
    return .object(members)
  }
}

extension JSON {
  /// A list of runs; `alerts` by run tell how often watch rules found something.
  package init(_ runs: [RunRecord], alerts: [Int: Int]) {
    self = .array(runs.map { $0.json(alerts: alerts[$0.id] ?? 0) })
  }
}

extension SourceVersion {
  package var json: JSON {
    [
      "commit": JSON(commit), "branch": JSON(branch),
      "edited_files": .array(editedFiles.map { .string($0) }), "diff": JSON(diff?.hex),
    ]
  }
}

extension StepRecord {
  package func json(home: Home) -> JSON {
    let folder = home.attempt(run: logRun, step: name, attempt: logAttempt)
    return [
      "name": JSON(name), "type": JSON(type.rawValue), "status": JSON(status.rawValue),
      "attempt": JSON(attempt),
      "attempts": .array(StepAttempt.several(of: self, in: home).map(\.json)),
      "depends_on": .array(dependsOn.map { .string($0) }),
      "started": JSON(started), "ended": JSON(ended),
      "duration_seconds": JSON(ended.flatMap { end in started.map { end.seconds(since: $0) } }),
      "reason": JSON(reason), "warning": JSON(warning), "exit_code": JSON(exitCode),
      "signal": JSON(signal),
      "cached_from": JSON(cachedFrom.map { "r\($0)" }), "saved_seconds": JSON(savedSeconds),
      "cache_reason": JSON(cacheReason), "key": JSON(key?.hex), "outcome": JSON(outcome),
      "outputs": JSON(sorted: outputs.mapValues(\.json)),
      "logged": facts.json,
      "peak_memory_bytes": JSON(peakMemory), "cpu_seconds": JSON(cpuSeconds),
      "gpus": .array(gpus.map { ["uuid": JSON($0.uuid), "name": JSON($0.name)] }),
      "log": logAttempt > 0 ? JSON(folder.log) : .null,
      "folder": logAttempt > 0 ? JSON(folder.path) : .null,
      "work": access(folder.work, F_OK) == 0 ? JSON(folder.work) : .null,
    ]
  }
}

extension StepFacts {
  package var json: JSON {
    [
      "parameters": JSON(sorted: params.mapValues { .string($0) }),
      "summary": JSON(
        sorted: summary.mapValues { value in
          switch value {
          case .number(let number): JSON(number)
          case .text(let text): .string(text)
          }
        }
      ),
      "artifacts": JSON(sorted: artifacts.mapValues(\.json)),
    ]
  }
}

extension FactValue {
  /// As tables show it.
  var text: String {
    switch self {
    case .number(let number): "\(figureText(number))"
    case .text(let text): text
    }
  }
}

extension Artifact {
  package var json: JSON {
    ["kind": JSON(kind.rawValue), "digest": JSON(digest.hex), "size_bytes": JSON(size)]
  }
}

extension MetricSummary {
  package var json: JSON {
    [
      "step": JSON(step), "name": JSON(name), "goal": JSON(goal?.rawValue),
      "main": JSON(isMain), "count": JSON(count), "last": JSON(last),
      "last_step": JSON(lastStep), "best": JSON(best.value), "best_step": JSON(best.step),
      "min": JSON(min), "min_step": JSON(minStep), "max": JSON(max), "max_step": JSON(maxStep),
    ]
  }
}
