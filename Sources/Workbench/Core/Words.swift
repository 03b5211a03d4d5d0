import Glibc
import Store
import Terminal

// How times and statuses read on every screen.

/// The time of day where the user is: "14:02"; with the day before it when that is not today's.
///
/// With seconds for what happens several times a minute: "14:02:31".
func clockText(_ time: Double, now: Double, seconds: Bool = false) -> SafeText {
  guard let at = localTime(time), let today = localTime(now) else { return "" }
  var clock: SafeText = "\(twoDigits(Int(at.tm_hour))):\(twoDigits(Int(at.tm_min)))"
  if seconds { clock = clock + ":" + twoDigits(Int(at.tm_sec)) }
  if at.tm_year == today.tm_year, at.tm_yday == today.tm_yday { return clock }
  let day: SafeText = "\(twoDigits(Int(at.tm_mon) + 1))-\(twoDigits(Int(at.tm_mday)))"
  if at.tm_year == today.tm_year { return "\(day) \(clock)" }
  return "\(Int(at.tm_year) + 1900)-\(day) \(clock)"
}

private func localTime(_ seconds: Double) -> tm? {
  guard seconds.isFinite, abs(seconds) < 1e12 else { return nil }
  var time = time_t(seconds)
  var parts = tm()
  return localtime_r(&time, &parts) == nil ? nil : parts
}

extension SafeText {
  /// Without its blanks where it has no room with them: "4.508MiB".
  func closed(to width: Int) -> SafeText {
    self.width <= width ? self : SafeText(hostile: string.filter { $0 != " " })
  }
}

extension RunStatus {
  /// One cell that tells the status where there is no colour.
  func glyph(_ glyphs: GlyphSet) -> SafeText {
    switch self {
    case .queued: glyphs == .ascii ? "o" : "○"
    case .executing: glyphs == .ascii ? ">" : "▶"
    case .stopping, .stopped: glyphs == .ascii ? "#" : "■"
    case .failed: glyphs == .ascii ? "x" : "✗"
    case .succeeded: glyphs == .ascii ? "+" : "✓"
    }
  }

  var style: Style {
    switch self {
    case .queued: .dim
    case .executing: .running
    case .stopping, .stopped: .warning
    case .failed: .bad
    case .succeeded: .good
    }
  }
}

extension StepStatus {
  /// One cell that tells the status where there is no colour.
  func glyph(_ glyphs: GlyphSet) -> SafeText {
    switch self {
    case .waiting: glyphs == .ascii ? "." : "·"
    case .queued: glyphs == .ascii ? "o" : "○"
    case .starting, .executing: glyphs == .ascii ? ">" : "▶"
    case .stopping, .stopped: glyphs == .ascii ? "#" : "■"
    case .failed: glyphs == .ascii ? "x" : "✗"
    case .succeeded: glyphs == .ascii ? "+" : "✓"
    case .cached: "="
    case .skipped: "-"
    }
  }

  var style: Style {
    switch self {
    case .waiting, .queued, .skipped: .dim
    case .starting, .executing: .running
    case .stopping, .stopped: .warning
    case .failed: .bad
    case .succeeded, .cached: .good
    }
  }

  /// In plain words: "running", "waits".
  var word: SafeText {
    switch self {
    case .waiting: "waits"
    case .queued: "queued"
    case .starting: "starting"
    case .executing: "running"
    case .stopping: "stopping"
    case .stopped: "stopped"
    case .failed: "FAILED"
    case .succeeded: "ok"
    case .cached: "cached"
    case .skipped: "skipped"
    }
  }
}
