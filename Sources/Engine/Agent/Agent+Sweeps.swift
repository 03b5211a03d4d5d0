import Documents
import Foundation
import Pipelines
import Store

/// A sweep of which runs are not over: only those that are let in are held in memory.
struct ActiveSweep {
  var queue: SweepQueue
  /// What launches of its runs have in common, by number.
  var launches: [Int: SharedLaunch] = [:]
  /// The code that its runs see, read once.
  var code: RunCode?
}

/// A launch that many runs share; their own values come to it.
struct SharedLaunch {
  let body: LaunchBody
  let pipeline: Pipeline
}

extension Agent {
  /// Records a sweep with all of its runs in one transaction, and begins it; returns its number.
  func begin(_ prepared: PreparedSweep) throws -> Int {
    let token = prepared.base.body.token
    // Asked for twice at once: two snapshots were prepared, and the first one has begun.
    if let begun = try catalog.write({ try $0.sweep(launchedBy: token) }) { return begun }
    try checkIsInService(prepared.base.run.instance)
    let parent = try prepared.base.run.parent ?? newestRun(like: prepared.base.run)
    let (id, shared, runs) = try record(prepared, parent: parent)
    var sweep = ActiveSweep(queue: queue(parallel: prepared.parallel, prepared.base.pipeline))
    sweep.launches[shared] = SharedLaunch(
      body: prepared.base.body,
      pipeline: prepared.base.pipeline
    )
    sweep.queue.queue(Array(runs))
    sweeps[id] = sweep
    admit(to: id)
    return id
  }

  private func record(
    _ prepared: PreparedSweep,
    parent: Int?
  ) throws -> (id: Int, shared: Int, runs: Range<Int>) {
    let encoder = JSONEncoder()
    let body = String(decoding: try encoder.encode(prepared.base.body), as: UTF8.self)
    return try catalog.write { transaction in
      var record = prepared.record(at: Date())
      record.id = try transaction.add(record)
      let shared = try transaction.addSharedLaunch(body)
      let first = try transaction.nextRuns(prepared.count)
      // What a reference run answers for, has been measured in every run.
      var template = ActiveRun(
        run: prepared.base.run,
        steps: prepared.base.steps,
        pipeline: prepared.base.pipeline,
        launch: prepared.base.body
      )
      template.take(prepared.base)
      var steps = prepared.base.steps
      steps.waitInLine(record.waitingReason)
      for index in 0..<prepared.count {
        let (swept, own) = prepared.run(index)
        var run = template.run
        run.id = first + index
        run.sweep = record.id
        run.parent = parent
        run.parameters = swept.parameters
        run.pipelineFile = swept.pipelineFile
        run.note = swept.note
        try transaction.insert(run)
        try transaction.save(
          steps.map { step in
            var step = step
            step.run = run.id
            if step.logRun == 0 { step.logRun = run.id }
            return step
          }
        )
        let text = String(decoding: try encoder.encode(own), as: UTF8.self)
        try transaction.saveLaunch(run: run.id, token: own.token, body: text, shared: shared)
        for metric in template.metrics {
          var metric = metric
          metric.run = run.id
          try transaction.save(metric)
        }
      }
      return (record.id, shared, first..<(first + prepared.count))
    }
  }

  private func queue(parallel: Int?, _ pipeline: @autoclosure () -> Pipeline?) -> SweepQueue {
    SweepQueue(limit: parallel ?? SweepQueue.window(of: machine, for: pipeline()))
  }

  // MARK: Its runs

  /// Lets runs of a sweep in, as many as may be under way.
  func admit(to id: Int) {
    while let run = sweeps[id]?.queue.next() {
      let record = try? reader.run(run)
      do {
        if let record { add(try wake(record)) } else { sweeps[id]?.queue.end(run) }
      } catch {
        if let record {
          giveUp(record, reason: "It could not be started: \(Explanation(error).what)")
        }
        sweeps[id]?.queue.end(run)
      }
    }
    if sweeps[id]?.queue.isIdle == true { sweeps[id] = nil }
  }

  /// A run that is over makes room for another one of its sweep.
  func end(_ run: Int, ofSweep id: Int) {
    sweeps[id]?.queue.end(run)
    admit(to: id)
  }

  /// Whether a run waits until it is let in; it is in the catalog only.
  func isWaiting(_ run: Int) -> Bool { sweeps.values.contains { $0.queue.isWaiting(run) } }

  /// Makes a sweep known that an earlier agent launched, or of which runs are resumed.
  ///
  /// `pipeline` is that of one of its runs, as far as it can be read.
  func know(sweep id: Int, of pipeline: @autoclosure () -> Pipeline?) throws {
    guard sweeps[id] == nil else { return }
    let parallel = try reader.sweep(id)?.parallel
    sweeps[id] = ActiveSweep(queue: queue(parallel: parallel, pipeline()))
  }

  /// What a run was launched with, whether it shares that with others or not.
  func launch(of run: RunRecord) throws -> (body: LaunchBody, pipeline: Pipeline) {
    let (text, shared) = try catalog.write {
      (try $0.launch(of: run.id), try $0.sharedLaunch(of: run.id))
    }
    guard let text else {
      throw Explanation(what: "The launch of \(run.shortName) is missing from the catalog.")
    }
    guard let shared else {
      let body = try JSONDecoder().decode(LaunchBody.self, from: Data(text.utf8))
      return (body, try body.pipeline(named: run.pipeline))
    }
    let common = try sharedLaunch(shared, of: run)
    let own = try JSONDecoder().decode(LaunchDifference.self, from: Data(text.utf8))
    let body = common.body.with(own)
    let pipeline = body.isCommand ? try body.pipeline(named: run.pipeline) : common.pipeline
    return (body, pipeline)
  }

  private func sharedLaunch(_ id: Int, of run: RunRecord) throws -> SharedLaunch {
    if let known = run.sweep.flatMap({ sweeps[$0]?.launches[id] }) { return known }
    guard let text = try catalog.write({ try $0.sharedLaunch(id) }) else {
      throw Explanation(what: "The launch of \(run.shortName) is missing from the catalog.")
    }
    let body = try JSONDecoder().decode(LaunchBody.self, from: Data(text.utf8))
    let shared = SharedLaunch(body: body, pipeline: try body.pipeline(named: run.pipeline))
    if let sweep = run.sweep { sweeps[sweep]?.launches[id] = shared }
    return shared
  }

  /// The code of a run, which the runs of a sweep have in common.
  func code(of run: RunRecord, _ launch: LaunchBody) throws -> RunCode {
    if let known = run.sweep.flatMap({ sweeps[$0]?.code }), known.digest == run.code {
      return known
    }
    var file: String?
    if case .pipeline(let name) = launch.what { file = name }
    let code = try RunCode(run.code, of: run.shortName, pipelineFile: file, objects: objects)
    if let sweep = run.sweep { sweeps[sweep]?.code = code }
    return code
  }
}
