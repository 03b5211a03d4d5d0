import Terminal

/// A metric's value in at most 9 cells.
func metricText(_ value: Double) -> SafeText { numberText(value) }
