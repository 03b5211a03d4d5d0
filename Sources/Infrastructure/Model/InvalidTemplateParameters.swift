import Documents

/// Parameter values that a template refuses: all of them at once.
package struct InvalidTemplateParameters: Explained, Equatable {
  package struct Fault: Sendable, Equatable {
    package let parameter: String
    /// In CloudFormation's words.
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
