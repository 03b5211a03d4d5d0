/// Where a marked line is after its text has changed, or nil when the line itself has.
///
/// Lines before the first and behind the last difference keep it; between them it goes on with the
/// nearest line that reads the same. A blank line there is no longer told from others.
func movedMark(_ mark: Int, from old: [String], to new: [String]) -> Int? {
  guard old.indices.contains(mark) else { return nil }
  let shorter = min(old.count, new.count)
  var first = 0
  while first < shorter, old[first] == new[first] { first += 1 }
  if mark < first { return mark }
  var last = 0
  while last < shorter - first, old[old.count - 1 - last] == new[new.count - 1 - last] { last += 1 }
  let shift = new.count - old.count
  if mark >= old.count - last { return mark + shift }
  let text = old[mark]
  guard text.contains(where: { !$0.isWhitespace }) else { return nil }
  return (first..<(new.count - last)).filter { new[$0] == text }
    .min { abs($0 - mark) < abs($1 - mark) }
}

extension EditorScreen {
  /// Takes the mark of the failed line along after the text has changed.
  mutating func moveMark(from before: [String]) {
    guard let mark, let buffer else { return }
    self.mark = movedMark(mark, from: before, to: buffer.lines)
  }
}
