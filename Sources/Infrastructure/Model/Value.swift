/// A value in a template: plain, or a function still to be evaluated.
package indirect enum Value: Sendable, Equatable {
  case null
  case boolean(Bool)
  /// As written: "007" stays "007".
  case number(String)
  case string(String)
  case list([Value])
  /// In the order of the text.
  case map([Member])
  case ref(String)
  case getAtt(resource: String, attribute: String)
  case sub(String, variables: [Member])
  case join(separator: String, values: Value)
  case base64(Value)
  case `if`(condition: String, then: Value, otherwise: Value)
  case equals(Value, Value)
  case not(Value)
  case and([Value])
  case or([Value])
  case condition(String)
  case select(index: Value, list: Value)
  case split(separator: String, text: Value)
  case findInMap(map: Value, first: Value, second: Value)

  package struct Member: Sendable, Equatable {
    package var name: String
    package var value: Value

    package init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  /// A member of a map; nil when there is none.
  package subscript(name: String) -> Value? {
    guard case .map(let members) = self else { return nil }
    return members.last { $0.name == name }?.value
  }

  /// A plain scalar as the service compares it: text as it is, numbers as written, `true`/`false`.
  package var text: String? {
    switch self {
    case .string(let text), .number(let text): text
    case .boolean(let value): value ? "true" : "false"
    default: nil
    }
  }
}
