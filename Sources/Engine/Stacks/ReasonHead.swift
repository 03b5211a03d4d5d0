extension String {
  /// The first line of a reason, for where there is room for one line only.
  ///
  /// Where it ends by announcing the lines that follow ("Its last lines:"), that sentence is left out.
  package var reasonHead: String {
    let first = prefix { !$0.isNewline }
    guard first.endIndex < endIndex, first.last == ":" else { return String(first) }
    guard let end = first.ranges(of: ". ").last else { return String(first.dropLast()) }
    return String(first[..<end.lowerBound]) + "."
  }
}
