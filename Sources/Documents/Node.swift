/// A value in a YAML or JSON document, with the place where it stands.
///
/// The tree keeps what was written: whether a plain `yes` is text or a boolean is for each language
/// to say.
package struct Node: Sendable, Equatable {
  package enum Content: Sendable, Equatable {
    case scalar(Scalar)
    case sequence([Node])
    /// In the order of the text; of a key written twice, the last value.
    case mapping([Entry])
  }

  package var content: Content
  /// As written, such as `!Ref`; nil when there is none.
  package var tag: String?
  package var place: Place

  package init(_ content: Content, tag: String? = nil, place: Place) {
    self.content = content
    self.tag = tag
    self.place = place
  }

  /// A scalar's text, and whether it was written without quotes.
  package struct Scalar: Sendable, Equatable {
    package enum Style: Sendable, Equatable { case plain, quoted, block }

    package var text: String
    package var style: Style

    package init(_ text: String, style: Style = .plain) {
      self.text = text
      self.style = style
    }
  }

  /// One key of a mapping with its value.
  package struct Entry: Sendable, Equatable {
    package var key: String
    package var place: Place
    package var value: Node

    package init(key: String, place: Place, value: Node) {
      self.key = key
      self.place = place
      self.value = value
    }
  }
}

extension Node {
  package var scalar: Scalar? {
    if case .scalar(let scalar) = content { scalar } else { nil }
  }

  package var sequence: [Node]? {
    if case .sequence(let nodes) = content { nodes } else { nil }
  }

  package var mapping: [Entry]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  package subscript(key: String) -> Node? { mapping?.first { $0.key == key }?.value }

  /// Whether this is a null: nothing, `~` or `null`, without quotes.
  package var isNull: Bool {
    guard let scalar, scalar.style == .plain, tag == nil else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.text)
  }

  /// What this is, for a message: "a list", "a map", "text", "nothing".
  package var kind: String {
    switch content {
    case .sequence: "a list"
    case .mapping: "a map"
    case .scalar(let scalar): isNull ? "nothing" : "'\(scalar.text.shortened)'"
    }
  }

  /// The place of the `offset`th Unicode scalar of a scalar's text, where that can be told.
  ///
  /// Exact for text without quotes and for quoted text without escapes, on the scalar's first line;
  /// otherwise the place of the scalar itself.
  package func place(at offset: Int) -> Place {
    guard let scalar, offset >= 0, !scalar.text.prefix(offset).contains(where: \.isNewline) else {
      return place
    }
    switch scalar.style {
    case .plain: return Place(line: place.line, column: place.column + offset)
    case .quoted:
      let before = scalar.text.unicodeScalars.prefix(offset)
      let isEscaped = before.contains { $0 == "\\" || $0 == "'" || $0 == "\"" }
      return isEscaped ? place : Place(line: place.line, column: place.column + 1 + offset)
    case .block: return place
    }
  }
}

extension String {
  /// The text cut to 60 characters, for a message.
  fileprivate var shortened: String { count > 60 ? prefix(57) + "..." : self }
}
