import Store
package import Terminal

/// A status as a glyph and a colour: the glyph alone is enough where there are no colours.
package struct Mark: Sendable, Equatable {
  package var glyph: SafeText
  package var style: Style

  package var line: Line { Line(glyph, style) }
}

extension RunStatus {
  package var mark: Mark {
    switch self {
    case .succeeded: Mark(glyph: "✓", style: .good)
    case .failed: Mark(glyph: "✗", style: .bad)
    case .executing: Mark(glyph: "●", style: .running)
    case .queued: Mark(glyph: "○", style: .dim)
    case .stopping, .stopped: Mark(glyph: "‖", style: .warning)
    }
  }
}

extension StepStatus {
  package var mark: Mark {
    switch self {
    case .succeeded, .cached: Mark(glyph: "✓", style: .good)
    case .failed: Mark(glyph: "✗", style: .bad)
    case .starting, .executing: Mark(glyph: "●", style: .running)
    case .waiting, .queued: Mark(glyph: "○", style: .dim)
    case .stopping, .stopped: Mark(glyph: "‖", style: .warning)
    case .skipped: Mark(glyph: "-", style: .dim)
    }
  }
}

extension StackStatus {
  package var mark: Mark {
    if isInProgress { return Mark(glyph: "●", style: isFailure ? .warning : .running) }
    if isFailure { return Mark(glyph: "✗", style: .bad) }
    return self == .deleteComplete
      ? Mark(glyph: "-", style: .dim) : Mark(glyph: "✓", style: .good)
  }
}

extension ResourceStatus {
  package var mark: Mark {
    switch self {
    case .createInProgress, .deleteInProgress: Mark(glyph: "●", style: .running)
    case .createFailed, .deleteFailed: Mark(glyph: "✗", style: .bad)
    case .createComplete: Mark(glyph: "✓", style: .good)
    case .deleteComplete, .deleteSkipped: Mark(glyph: "-", style: .dim)
    }
  }
}
