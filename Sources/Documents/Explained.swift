/// An error that the user can act on: what failed, why, and what gets the user further.
///
/// The command line prints the three lines, the workbench shows the same ones.
package protocol Explained: Error {
  /// What failed, naming the thing that it failed on: one sentence.
  var what: String { get }
  /// The cause, as far as it is known; empty when `what` says it all.
  var why: String { get }
  /// The command or the edit that gets the user further.
  var next: String { get }
}

/// An `Explained` that is carried as text, such as one that came over the agent's socket.
package struct Explanation: Explained, Codable, Equatable, Sendable {
  package let what: String
  package let why: String
  package let next: String

  package init(what: String, why: String = "", next: String = "") {
    self.what = what
    self.why = why
    self.next = next
  }

  /// The explanation of any error; one that is not `Explained` is a fault of Lathe's own and says so.
  package init(_ error: any Error) {
    if let explained = error as? any Explained {
      self.init(what: explained.what, why: explained.why, next: explained.next)
    } else {
      self.init(
        what: "Something went wrong inside Lathe.",
        why: "\(type(of: error)): \(error)",
        next: "Nothing was lost. 'lathe doctor' checks the home; please report what you did."
      )
    }
  }
}
