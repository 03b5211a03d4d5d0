import Documents

/// Parameter values that a pipeline refuses: all of them at once.
package struct InvalidParameters: Explained, Equatable {
  package struct Fault: Sendable, Equatable, Error {
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
    faults.map { $0.hint.isEmpty ? "Correct '\($0.parameter)'." : $0.hint }.joined(separator: "\n")
  }
}
