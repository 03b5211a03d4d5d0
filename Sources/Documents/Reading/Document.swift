/// A YAML or JSON document as written.
///
/// Reading never fails: what is wrong with the text is in `diagnostics`, and `root` is what could be
/// understood. Hostile text costs a bounded amount of time and memory (see `Limits`).
package struct Document: Sendable, Equatable {
  /// Nil when the text is empty or not well-formed.
  package var root: Node?
  /// Syntax errors and exceeded limits; all are errors.
  package var diagnostics: [Diagnostic]
  /// Keys that a mapping has more than once.
  package var duplicates: [Duplicate]

  package init(root: Node?, diagnostics: [Diagnostic] = [], duplicates: [Duplicate] = []) {
    self.root = root
    self.diagnostics = diagnostics
    self.duplicates = duplicates
  }

  package struct Duplicate: Sendable, Equatable {
    package let key: String
    package let place: Place
    package let first: Place

    package init(key: String, place: Place, first: Place) {
      self.key = key
      self.place = place
      self.first = first
    }
  }

  /// What is done about `*name`.
  package enum Aliases: Sendable {
    /// Replaced by what it stands for; its nodes count against the limit.
    case expanded
    /// Each is an error with this message.
    case refused(String)
  }

  package struct Limits: Sendable {
    /// Bytes of UTF-8.
    package var size: Int
    /// Lists and maps inside each other.
    package var depth: Int
    /// Keys and values, aliases expanded.
    package var nodes: Int

    package init(size: Int = 1 << 20, depth: Int = 64, nodes: Int = 100_000) {
      self.size = size
      self.depth = depth
      self.nodes = nodes
    }
  }

  /// Reads a text, YAML or JSON (which YAML contains).
  package static func read(
    _ text: String,
    aliases: Aliases = .expanded,
    limits: Limits = Limits()
  ) -> Document {
    guard text.utf8.count <= limits.size else {
      let finding = Diagnostic(
        at: .start,
        "The document has \(text.utf8.count) bytes; at most \(limits.size) are read."
      )
      return Document(root: nil, diagnostics: [finding])
    }
    return compose(text, aliases, limits)
  }
}

extension Place {
  package static let start = Place(line: 1, column: 1)
}
