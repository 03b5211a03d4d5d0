/// Where in a document something stands: line and column from 1; columns count Unicode scalars.
package struct Place: Sendable, Equatable, Hashable, Codable, Comparable {
  package var line: Int
  package var column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  package static func < (a: Place, b: Place) -> Bool {
    (a.line, a.column) < (b.line, b.column)
  }
}

/// One finding in a document, as a compiler would print it: `FILE:LINE:COLUMN: error: MESSAGE`.
package struct Diagnostic: Sendable, Equatable, Codable {
  package enum Severity: String, Sendable, Codable { case error, warning }

  package var severity: Severity
  package var place: Place
  /// One sentence: what is wrong, naming the thing.
  package var message: String
  /// What to do: "Did you mean 'train'?"; empty when there is nothing to add.
  package var hint: String

  package init(
    _ severity: Severity = .error,
    at place: Place,
    _ message: String,
    hint: String = ""
  ) {
    self.severity = severity
    self.place = place
    self.message = message
    self.hint = hint
  }
}

/// A document that cannot be used: every error in it at once.
package struct InvalidDocument: Explained, Equatable {
  /// The file's name as the user knows it.
  package let file: String
  /// In the order of the text; at least one is an error.
  package let diagnostics: [Diagnostic]

  package init(file: String, diagnostics: [Diagnostic]) {
    self.file = file
    self.diagnostics = diagnostics
  }

  package var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }

  package var what: String {
    errors.count == 1
      ? "\(file) has an error." : "\(file) has \(errors.count) errors."
  }

  package var why: String {
    diagnostics.map { finding in
      let place = "\(file):\(finding.place.line):\(finding.place.column)"
      let hint = finding.hint.isEmpty ? "" : " \(finding.hint)"
      return "\(place): \(finding.severity.rawValue): \(finding.message)\(hint)"
    }.joined(separator: "\n")
  }

  package var next: String { "Correct \(file); 'lathe validate \(file)' checks it again." }
}
