/// Why a pattern cannot be used; nil when it can.
func patternFault(_ pattern: String) -> String? {
  guard pattern.unicodeScalars.count <= 500 else { return "it is longer than 500 characters." }
  do {
    _ = try Regex(pattern)
    return nil
  } catch {
    return "\(error)"
  }
}

/// Whether the whole value matches; a pattern that cannot be used matches nothing.
func matches(_ value: String, _ pattern: String) -> Bool {
  guard let regex = try? Regex(pattern) else { return false }
  return (try? regex.wholeMatch(in: value)) != nil
}
