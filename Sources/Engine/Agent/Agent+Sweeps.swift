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
  func queue(parallel: Int?, _ pipeline: @autoclosure () -> Pipeline?) -> SweepQueue {
    SweepQueue(limit: parallel ?? SweepQueue.window(of: machine, for: pipeline()))
  }

  // MARK: Its runs

  /// Lets runs of a sweep in, as many as may be under way.
  func admit(to id: Int) {
    while let run = sweeps[id]?.queue.next() {
      do {
        // One that is not there any more was removed.
        if let record = try reader.run(run) {
          add(try wake(record))
        } else {
          sweeps[id]?.queue.end(run)
        }
      } catch {
        guard refuse(run, of: id, Explanation(error)) else { break }
      }
    }
    guard sweeps[id]?.queue.isIdle == true else { return }
    sweeps[id] = nil
    noteChecked()
  }

  /// Ends a run that cannot be let in, with the reason; false: that cannot be written down now.
  ///
  /// Then it is the next one of the line again, and tried again by and by.
  private func refuse(_ run: Int, of sweep: Int, _ explanation: Explanation) -> Bool {
    let words = [explanation.what, explanation.why].filter { !$0.isEmpty }.joined(separator: " ")
    let reason = "It could not be started: \(words)"
    do {
      try catalog.write { transaction in
        try transaction.endQueuedRuns(
          [run],
          as: RunStatus.queued.moved(to: .failed),
          reason: reason,
          steps: [
            .queued: StepStatus.queued.moved(to: .skipped),
            .waiting: StepStatus.waiting.moved(to: .skipped),
          ],
          stepReason: reason,
          at: Date()
        )
      }
      sweeps[sweep]?.queue.end(run)
      return true
    } catch {
      sweeps[sweep]?.queue.putBack(run)
      admitLater(to: sweep, error)
      return false
    }
  }

  private func admitLater(to sweep: Int, _ error: any Error) {
    guard admitting.insert(sweep).inserted else { return }
    log("a run of s\(sweep) could not be ended: \(Explanation(error).what)")
    loop.after(retryPause) { [unowned self] in
      admitting.remove(sweep)
      admit(to: sweep)
    }
  }

  /// A run that is over makes room for another one of its sweep.
  func end(_ run: Int, ofSweep id: Int) {
    sweeps[id]?.queue.end(run)
    admit(to: id)
  }

  /// Whether a run waits until it is let in; it is in the catalog only.
  func isWaiting(_ run: Int) -> Bool {
    sweeps.values.contains { $0.queue.isWaiting(run) }
      || recordings.values.contains { $0.runs.contains(run) }
  }

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

  /// The code of a run, which the runs of a sweep have in common, and mostly the next run, too.
  func code(of run: RunRecord, _ launch: LaunchBody) throws -> RunCode {
    if let known = run.sweep.flatMap({ sweeps[$0]?.code }), known.digest == run.code {
      return known
    }
    var file: String?
    if case .pipeline(let name) = launch.what { file = name }
    let code: RunCode
    if let last = newestCode, last.isCode(run.code, pipelineFile: file) {
      code = last
      code.storeAnew()
    } else {
      code = try RunCode(run.code, of: run.shortName, pipelineFile: file, objects: objects)
      newestCode = code
    }
    if let sweep = run.sweep { sweeps[sweep]?.code = code }
    return code
  }
}
