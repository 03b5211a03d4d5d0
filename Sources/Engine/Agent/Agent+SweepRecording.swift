import Documents
import Foundation
import Pipelines
import Store

/// A sweep that is being written into the catalog, some of its runs a turn of the loop.
///
/// Nothing of it begins before all of them are there; what an agent leaves of it that dies meanwhile, the
/// next one deletes.
struct SweepRecording {
  let prepared: PreparedSweep
  let id: Int
  /// The launch that its runs have in common, by number.
  let shared: Int
  let runs: Range<Int>
  /// Who waits for its number.
  var answers: [(AgentReply, Agent) -> Void]
  /// Why it is given up, when it is: what is there of it has still to be deleted.
  var failure: Explanation?
  private var written = 0
  private let parent: Int?
  /// What a reference run answers for, has been measured in every run.
  private let template: ActiveRun
  private let steps: [StepRecord]

  var isDone: Bool { written == prepared.count }

  init(
    _ prepared: PreparedSweep,
    parent: Int?,
    _ answer: @escaping (AgentReply, Agent) -> Void,
    in transaction: borrowing CatalogWriter.Transaction
  ) throws {
    self.prepared = prepared
    self.parent = parent
    answers = [answer]
    let record = prepared.record(at: Date())
    id = try transaction.begin(record)
    let body = String(decoding: try JSONEncoder().encode(prepared.base.body), as: UTF8.self)
    shared = try transaction.addSharedLaunch(body)
    let first = try transaction.nextRuns(prepared.count)
    runs = first..<(first + prepared.count)
    var template = ActiveRun(
      run: prepared.base.run,
      steps: prepared.base.steps,
      pipeline: prepared.base.pipeline,
      launch: prepared.base.body
    )
    template.take(prepared.base)
    self.template = template
    var steps = prepared.base.steps
    var named = record
    named.id = id
    steps.waitInLine(named.waitingReason)
    self.steps = steps
  }

  /// Writes runs until time is up, at least one; the last one makes the sweep a launched one.
  mutating func write(
    in transaction: borrowing CatalogWriter.Transaction,
    while isTime: () -> Bool
  ) throws {
    let encoder = JSONEncoder()
    repeat {
      guard !isDone else { break }
      try write(written, encoder, in: transaction)
      written += 1
    } while isTime()
    if isDone { try transaction.finish(sweep: id) }
  }

  private func write(
    _ index: Int,
    _ encoder: JSONEncoder,
    in transaction: borrowing CatalogWriter.Transaction
  ) throws {
    let (swept, own) = prepared.run(index)
    var run = template.run
    run.id = runs.lowerBound + index
    run.sweep = id
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
}

extension Agent {
  /// Records a sweep and begins it when all of its runs are in the catalog; others are served meanwhile.
  func begin(
    _ prepared: PreparedSweep,
    _ answer: @escaping (AgentReply, Agent) -> Void
  ) throws {
    let token = prepared.base.body.token
    // Asked for twice at once: two snapshots were prepared, and the first one has begun.
    if let begun = try catalog.write({ try $0.sweep(launchedBy: token) }) {
      return answer(.sweep(begun), self)
    }
    if let (id, known) = recordings.first(where: { $0.value.prepared.base.body.token == token }) {
      if let failure = known.failure { throw failure }
      recordings[id]?.answers.append(answer)
      return
    }
    try checkIsInService(prepared.base.run.instance)
    let parent = try prepared.base.run.parent ?? nearestRun(to: prepared.base.run)
    let isTime = turnTime()
    var recording: SweepRecording?
    try catalog.write { transaction in
      var new = try SweepRecording(prepared, parent: parent, answer, in: transaction)
      try new.write(in: transaction, while: isTime)
      recording = new
    }
    if let recording { follow(recording) }
  }

  private func follow(_ recording: SweepRecording) {
    let id = recording.id
    recordings[id] = recording
    guard recording.isDone else { return loop.post { agent in agent.record(id) } }
    recordings[id] = nil
    begin(recording)
    for answer in recording.answers { answer(.sweep(id), self) }
  }

  private func record(_ id: Int) {
    guard var recording = recordings[id], recording.failure == nil else { return }
    let isTime = turnTime()
    do {
      try catalog.write { try recording.write(in: $0, while: isTime) }
      follow(recording)
    } catch {
      giveUp(recording: id, Explanation(error))
    }
  }

  /// Ends the recording of a sweep; nothing of it has begun.
  func giveUp(recording id: Int, _ explanation: Explanation) {
    guard let recording = recordings[id], recording.failure == nil else { return }
    recordings[id]?.failure = explanation
    recordings[id]?.answers = []
    for answer in recording.answers { answer(.refused(explanation), self) }
    deleteUnfinished(id)
  }

  /// Deletes what is there of a sweep that was not recorded to its end; on a full disk as soon as that
  /// goes.
  func deleteUnfinished(_ id: Int) {
    do {
      try catalog.write { try $0.delete(unfinishedSweep: id) }
      recordings[id] = nil
    } catch {
      loop.after(retryPause) { [unowned self] in deleteUnfinished(id) }
    }
  }

  private func begin(_ recording: SweepRecording) {
    let prepared = recording.prepared
    var sweep = ActiveSweep(queue: queue(parallel: prepared.parallel, prepared.base.pipeline))
    sweep.launches[recording.shared] = SharedLaunch(
      body: prepared.base.body,
      pipeline: prepared.base.pipeline
    )
    sweep.queue.queue(Array(recording.runs))
    sweeps[recording.id] = sweep
    admit(to: recording.id)
  }

  /// Whether a turn of the loop may go on with something that is done in pieces: others wait meanwhile.
  func turnTime() -> () -> Bool {
    let end = monotonicSeconds() + turnSeconds
    return { monotonicSeconds() < end }
  }
}
