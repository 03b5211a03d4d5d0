extension Value {
  /// The resources that an evaluated value refers to, in order; names may repeat.
  var resourceNames: [String] {
    switch self {
    case .ref(let name): [name]
    case .getAtt(let resource, _): [resource]
    default: children.flatMap(\.resourceNames)
    }
  }

  /// The conditions that a condition names, in order; names may repeat.
  var conditionNames: [String] {
    if case .condition(let name) = self { return [name] }
    let own: [String] = if case .if(let name, _, _) = self { [name] } else { [] }
    return own + children.flatMap(\.conditionNames)
  }

  private var children: [Value] {
    switch self {
    case .null, .boolean, .number, .string, .ref, .getAtt, .condition: []
    case .list(let values), .and(let values), .or(let values): values
    case .map(let members), .sub(_, let members): members.map(\.value)
    case .join(_, let value), .base64(let value), .not(let value), .split(_, let value): [value]
    case .if(_, let then, let otherwise): [then, otherwise]
    case .equals(let a, let b), .select(let a, let b): [a, b]
    case .findInMap(let map, let first, let second): [map, first, second]
    }
  }
}
