import Documents

extension Catalog {
  /// `GROUP/VERSION`, or `GROUP` for its newest version.
  package func model(named text: String) throws -> ModelRecord {
    let all = try models()
    if let exact = all.first(where: { $0.shortName == text }) { return exact }
    if let newest = all.first(where: { $0.group == text }) { return newest }
    let group = text.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
      separator: "/"
    )
    let own = all.filter { $0.group == group }
    // A version too high or too low: those of its group tell.
    let names = (own.isEmpty ? all : own).map(\.shortName)
    let more = names.count > 5 ? " and \(names.count - 5) more" : ""
    throw Explanation(
      what: "There is no model '\(text)'.",
      why: names.isEmpty
        ? "No model has been registered yet."
        : names.count == 1
          ? "There is only \(names[0])\(own.isEmpty ? "" : " of \(group)")."
          : "There are \(names.prefix(5).joined(separator: ", "))\(more).",
      next: "'lathe models' lists them."
    )
  }
}
