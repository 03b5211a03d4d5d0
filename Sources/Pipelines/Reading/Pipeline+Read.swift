package import Documents

extension Pipeline {
  /// Reads the text of a pipeline.yaml; `name` is the pipeline's name where the text gives none.
  ///
  /// The pipeline is nil when a diagnostic is an error; every finding is returned at once.
  package static func read(_ text: String, name: String) -> (Pipeline?, [Diagnostic]) {
    (nil, [Diagnostic(at: Place(line: 1, column: 1), "unread")])
  }

  /// Every parameter's value: the given ones as typed by a user, else the defaults.
  ///
  /// Unknown names, missing values and broken constraints are reported together.
  package func values(
    for given: [String: String]
  ) throws(InvalidParameters) -> [String: ParameterValue] {
    [:]
  }
}

/// Parameter values that a pipeline or template refuses: all of them at once.
package struct InvalidParameters: Explained, Equatable {
  package struct Fault: Sendable, Equatable {
    package let parameter: String
    package let message: String
    package let hint: String

    package init(parameter: String, message: String, hint: String = "") {
      self.parameter = parameter
      self.message = message
      self.hint = hint
    }
  }

  package let faults: [Fault]

  package init(_ faults: [Fault]) { self.faults = faults }

  package var what: String {
    faults.count == 1 ? faults[0].message : "\(faults.count) parameters cannot be used."
  }

  package var why: String {
    faults.count == 1 ? "" : faults.map(\.message).joined(separator: "\n")
  }

  package var next: String {
    let hints = faults.map(\.hint).filter { !$0.isEmpty }
    return hints.isEmpty ? "Give them with -p NAME=VALUE." : hints.joined(separator: "\n")
  }
}
