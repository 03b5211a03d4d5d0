import Pipelines
import Store

extension Agent {
  /// Puts results into the cache that an earlier agent recorded and died before it could publish.
  ///
  /// Their steps are done and stay so; without this, another run would compute the same again. After a
  /// restart of the machine, only what is read and found whole.
  func publishAgain(_ id: Int) {
    guard let active = runs[id] else { return }
    var done: [Digest: StepRecord] = [:]
    for step in active.steps.values where step.status == .succeeded {
      if let key = step.key { done[key] = step }
    }
    for key in executions(of: Array(done.keys)).keys { done[key] = nil }
    for (key, step) in done {
      let name = RunnerName(run: id, step: step.name, attempt: step.attempt)
      guard let declared = active.pipeline.step(step.name), let process = declared.process,
        process.isCached, let record = ExitRecord.read(folder(of: name)),
        record.status == .succeeded, record.warning == nil,
        !isAfterRestart || record.outputs.values.allSatisfy({ objects.standing(of: $0) == .whole }),
        let parts = self.key(of: name, key, declared, process, in: active)
      else { continue }
      publications.add(
        Publications.Entry(
          run: id,
          execution: execution(name, parts, record, of: active.run),
          expiresAfter: process.cache.expiresAfter,
          attempt: record.outputs.isEmpty ? nil : folder(of: name)
        )
      )
      _ = change(id) { $0.unpublished += 1 }
    }
  }
}
