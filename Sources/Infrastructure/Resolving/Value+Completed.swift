package import Documents

extension Value {
  /// The value once the resources that it refers to exist; afterwards it is plain.
  ///
  /// `attribute` gives a resource's attribute by logical id and name ("Ref" for Ref).
  package func completed(
    _ attribute: (_ resource: String, _ name: String) -> String?
  ) throws(Explanation) -> Value {
    switch self {
    case .null, .boolean, .number, .string: return self
    case .list(let values):
      var completed: [Value] = []
      for value in values { completed.append(try value.completed(attribute)) }
      return .list(completed)
    case .map(let members):
      var completed: [Member] = []
      for member in members {
        completed.append(Member(member.name, try member.value.completed(attribute)))
      }
      return .map(completed)
    case .ref(let name):
      guard let text = attribute(name, "Ref") else { throw missing("Ref", of: name) }
      return .string(text)
    case .getAtt(let resource, let name):
      guard let text = attribute(resource, name) else { throw missing(name, of: resource) }
      return .string(text)
    case .join(let separator, let values):
      return try Value.join(separator: separator, values: values.completed(attribute)).folded()
    case .base64(let value): return try Value.base64(value.completed(attribute)).folded()
    case .select(let index, let list):
      return try Value.select(
        index: index.completed(attribute),
        list: list.completed(attribute)
      ).folded()
    case .split(let separator, let text):
      return try Value.split(separator: separator, text: text.completed(attribute)).folded()
    case .sub, .if, .equals, .not, .and, .or, .condition, .findInMap:
      throw Explanation(what: "Template error: a function was left that needs its template.")
    }
  }

  private func missing(_ name: String, of resource: String) -> Explanation {
    Explanation(
      what: "Requested attribute \(name) of resource '\(resource)' does not exist.",
      why: "",
      next: "Choose an attribute that the resource's type has."
    )
  }

  /// The function's result if all of its arguments are plain, else the function.
  func folded() throws(Explanation) -> Value {
    switch self {
    case .join(let separator, .list(let values)):
      var texts: [String] = []
      for value in values {
        guard value.isText else {
          throw Explanation(
            what:
              "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined."
          )
        }
        guard let text = value.text else { return self }
        texts.append(text)
      }
      return .string(texts.joined(separator: separator))
    case .join(_, let values) where !values.isOpen:
      throw Explanation(
        what:
          "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined."
      )
    case .base64(let value):
      guard value.isText else {
        throw Explanation(
          what: "Template error: every Fn::Base64 object must have a String-typed value."
        )
      }
      return value.text.map { .string(base64Text($0)) } ?? self
    case .select(let index, let list): return try selected(index, list)
    case .split(let separator, let text):
      guard text.isText || text.isOpen else {
        throw Explanation(
          what:
            "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split."
        )
      }
      return text.text.map { .list($0.pieces(between: separator).map { .string($0) }) } ?? self
    default: return self
    }
  }

  private func selected(_ index: Value, _ list: Value) throws(Explanation) -> Value {
    if index.isOpen || list.isOpen { return self }
    guard let position = index.text.flatMap({ Int($0) }), case .list(let values) = list,
      values.indices.contains(position)
    else {
      throw Explanation(
        what:
          "Template error: Fn::Select requires a list argument with two elements: an integer index and a list"
      )
    }
    return values[position]
  }

  /// Whether what this becomes is known only when the resources exist.
  private var isOpen: Bool {
    switch self {
    case .null, .boolean, .number, .string, .list, .map: false
    default: true
    }
  }
}

extension String {
  /// The pieces between separators, empty ones kept; compared by Unicode scalars.
  fileprivate func pieces(between separator: String) -> [String] {
    let wanted = Array(separator.unicodeScalars)
    var pieces: [String] = []
    var piece = String.UnicodeScalarView()
    var rest = Array(unicodeScalars)[...]
    while let first = rest.first {
      if !wanted.isEmpty, rest.starts(with: wanted) {
        pieces.append(String(piece))
        piece = String.UnicodeScalarView()
        rest = rest.dropFirst(wanted.count)
      } else {
        piece.append(first)
        rest = rest.dropFirst()
      }
    }
    return pieces + [String(piece)]
  }
}

/// The text's UTF-8 in Base64 (RFC 4648, section 4).
func base64Text(_ text: String) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  let bytes = Array(text.utf8)
  var encoded: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
    for position in 0..<4 {
      encoded.append(
        position <= group.count
          ? alphabet[Int(bits >> UInt32(18 - 6 * position)) & 63] : UInt8(ascii: "=")
      )
    }
  }
  return String(decoding: encoded, as: UTF8.self)
}
