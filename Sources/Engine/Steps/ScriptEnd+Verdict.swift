import Glibc

extension ScriptEnd {
  typealias Verdict = (status: ExitRecord.Status, reason: String, cause: ExitRecord.Cause?)

  /// What its end says of an attempt; nil when nothing is wrong with it so far.
  var verdict: Verdict? {
    switch ending {
    case .user: return (.stopped, ExitRecord.stoppedByUser, nil)
    case .rule(let sentence): return (.stopped, ScriptEnd.stoppedByRule + sentence, nil)
    case .told(let signal):
      let reason = """
        The runner was told to end (\(signalName(signal))): the machine is shutting down, or somebody \
        ended it.
        """
      return (.failed, reason, .lost)
    case .timeout(let limit):
      return (
        .failed, "It ran longer than its limit of \(Amount.time(limit)) (timeout:).", .timeout
      )
    case .memory(let used, let limit, let type):
      let source = type.map { "its instance is an \($0)" } ?? "memory: in the pipeline"
      let bound = "its limit of \(Amount.bytes(limit)) (\(source))"
      let reason =
        used.map { "It used \(Amount.bytes($0)) of memory, more than \(bound)." }
        ?? "It used more memory than \(bound), and the kernel killed it."
      return (.failed, reason, .memory)
    case nil: break
    }
    if let failure { return (.failed, failure, failureCause) }
    if let signal {
      if signal == Int(SIGKILL), ranOutOfMemory {
        let reason = "The system killed the script (SIGKILL) because memory ran out."
        return (.failed, reason, .memory)
      }
      let reason =
        signal == Int(SIGKILL)
        ? "The script was \(ScriptEnd.killedFromOutside)."
        : "The script was ended by \(signalName(signal))."
      return (.failed, reason, .signal)
    }
    return exitCode.flatMap(verdict)
  }

  /// How the reason of an attempt begins that a watch rule stopped.
  static let stoppedByRule = "Stopped by watch rule "

  private static let killedFromOutside = """
    killed by SIGKILL from outside Lathe (the kernel's out-of-memory killer, an administrator or a job \
    scheduler?)
    """

  /// What an exit code says; a shell tells of a command that a signal ended by 128 and its number.
  private func verdict(_ code: Int) -> Verdict? {
    guard code != 0 else { return nil }
    let rest = lastLine.isEmpty ? "." : ": \(lastLine)"
    let signal = code > 128 ? signalName(code - 128) : ""
    guard signal == "SIGKILL" else {
      let name = signal.hasPrefix("SIG") ? " (\(signal))" : ""
      return (.failed, "Exit code \(code)\(name)\(rest)", .exit)
    }
    if ranOutOfMemory {
      let reason = """
        The system killed a process of the script (SIGKILL, exit code \(code)) because memory ran out.
        """
      return (.failed, reason, .memory)
    }
    let reason =
      "A process of the script was \(ScriptEnd.killedFromOutside), exit code \(code)\(rest)"
    return (.failed, reason, .signal)
  }
}

extension ExitRecord {
  /// Takes what is wrong with the script's end.
  mutating func take(_ verdict: ScriptEnd.Verdict?) {
    guard let verdict else { return }
    status = verdict.status
    reason = verdict.reason
    cause = verdict.cause
  }
}

/// Amounts as limits are written in a pipeline.
enum Amount {
  /// Such as "2 GiB" and "2.1 GiB".
  static func bytes(_ count: Int) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
    var (amount, unit) = (Double(count), 0)
    while amount >= 1024, unit < units.count - 1 {
      amount /= 1024
      unit += 1
    }
    return "\(short(amount)) \(units[unit])"
  }

  /// Such as "2h", "1h30m" and "0.5s".
  static func time(_ seconds: Double) -> String {
    guard seconds >= 60, seconds < 1e15 else { return "\(short(seconds))s" }
    let whole = Int(seconds)
    let parts =
      [(whole / 86_400, "d"), (whole / 3600 % 24, "h"), (whole / 60 % 60, "m")]
      + [(whole % 60, "s")]
    return parts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
  }

  /// With one digit behind the point where that says something.
  private static func short(_ amount: Double) -> String {
    let rounded = (amount * 10).rounded() / 10
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
  }
}
