import Pipelines
import Store

extension ExitRecord {
  /// What a failed attempt failed of, in the words of retry policies.
  var exception: RetryPolicy.Exception? {
    guard status == .failed else { return nil }
    return switch cause {
    case .exit, .signal, nil: .exit
    case .timeout: .timeout
    case .memory: .resourceLimit
    case .lost: .jobInternalError
    case .diskFull: .capacityError
    case .setUp: .serviceFault
    // The same script would make the same again.
    case .outputs: nil
    }
  }
}

extension StepRecord {
  /// Takes what an exit record says of an attempt, but for its status.
  mutating func note(_ record: ExitRecord) {
    // The agent's clock may have been set back before the runner took its own from it.
    ended = max(record.ended, started ?? record.ended)
    exitCode = record.exitCode
    signal = record.signal
    reason = record.reason
    warning = record.warning
    outputs = record.outputs
    peakMemory = record.peakMemory
    cpuSeconds = record.cpuSeconds
    readBytes = record.readBytes
    writtenBytes = record.writtenBytes
    facts = record.facts ?? StepFacts()
    pid = nil
  }

  /// What stopped it, where that was not the user, as it goes on behind a name: "stopped by watch rule ...".
  var stopSentence: String? {
    guard let reason, reason.hasPrefix(ScriptEnd.stoppedByRule) else { return nil }
    return reason.prefix(1).lowercased() + reason.dropFirst()
  }

  /// What the schedule has to know of a step that has ended.
  var scheduleOutcome: Schedule.Outcome? {
    switch status {
    case .succeeded: outcome.map { .condition($0) } ?? .succeeded
    case .cached: .cached
    case .failed: .failed(reason: reason ?? "failed")
    case .stopped: .stopped
    case .skipped: .skipped
    case .waiting, .queued, .starting, .executing, .stopping: nil
    }
  }
}
