import Documents

extension TemplateReader {
  private static let functions = [
    "Ref", "Condition", "Fn::And", "Fn::Base64", "Fn::Equals", "Fn::FindInMap", "Fn::GetAtt",
    "Fn::If", "Fn::Join", "Fn::Not", "Fn::Or", "Fn::Select", "Fn::Split", "Fn::Sub",
  ]
  private static let unsupported = [
    "Fn::Cidr", "Fn::ForEach", "Fn::GetAZs", "Fn::GetStackOutput", "Fn::ImportValue", "Fn::Length",
    "Fn::ToJsonString", "Fn::Transform",
  ]

  mutating func function(
    _ name: String,
    written: String,
    _ node: Node,
    at place: Place,
    _ path: String
  ) -> Value {
    switch name {
    case "Ref":
      guard let target = text(node, "Ref") else { return .null }
      note(.ref(target), at: place)
      return .ref(target)
    case "Condition": return .condition(conditionName(node) ?? "")
    case "Fn::GetAtt": return getAtt(node, at: place)
    case "Fn::Sub": return sub(node, at: place, path)
    case "Fn::Join":
      guard let parts = arguments(node, 2...2), let separator = parts[0].scalar?.text else {
        return malformed(
          place,
          "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined."
        )
      }
      return .join(separator: separator, values: value(parts[1], path))
    case "Fn::Split":
      guard let parts = arguments(node, 2...2), let separator = parts[0].scalar?.text,
        !separator.isEmpty
      else {
        return malformed(
          place,
          "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split."
        )
      }
      return .split(separator: separator, text: value(parts[1], path))
    case "Fn::Base64": return .base64(value(node, path))
    case "Fn::If":
      guard let parts = arguments(node, 3...3), let condition = parts[0].scalar?.text else {
        return malformed(
          place,
          "every Fn::If object requires three parameters: a condition's name, the value if it is true and the value if it is false."
        )
      }
      note(.condition(condition), at: parts[0].place)
      ifDepth += 1
      defer { ifDepth -= 1 }
      return .if(
        condition: condition,
        then: value(parts[1], path),
        otherwise: value(parts[2], path)
      )
    case "Fn::Equals":
      guard let parts = arguments(node, 2...2) else {
        return malformed(place, "every Fn::Equals object requires a list of 2 string parameters.")
      }
      return .equals(value(parts[0], path), value(parts[1], path))
    case "Fn::Not":
      guard let parts = arguments(node, 1...1) else {
        return malformed(place, "every Fn::Not object requires a list of one condition.")
      }
      return .not(condition(parts[0], path))
    case "Fn::And", "Fn::Or":
      guard let parts = arguments(node, 2...10) else {
        return malformed(place, "every \(name) object requires a list of 2 to 10 conditions.")
      }
      let values = parts.map { condition($0, path) }
      return name == "Fn::And" ? .and(values) : .or(values)
    case "Fn::Select":
      guard let parts = arguments(node, 2...2) else {
        return malformed(
          place,
          "Fn::Select requires a list argument with two elements: an integer index and a list."
        )
      }
      return .select(index: value(parts[0], path), list: value(parts[1], path))
    case "Fn::FindInMap":
      guard let parts = arguments(node, 3...3) else {
        return malformed(
          place,
          "every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value."
        )
      }
      if let map = parts[0].scalar?.text, parts[0].tag == nil {
        note(.map(map), at: parts[0].place)
      }
      return .findInMap(
        map: value(parts[0], path),
        first: value(parts[1], path),
        second: value(parts[2], path)
      )
    default:
      if Self.unsupported.contains(name) {
        error(at: place, "'\(written)' is not supported here.")
      } else {
        let isShort = written.hasPrefix("!")
        let known = Self.functions.map { isShort ? "!" + $0.replacing("Fn::", with: "") : $0 }
        error(
          at: place,
          "'\(written)' is not a function of CloudFormation.",
          hint: suggestion(for: written, among: known)
        )
      }
      return .null
    }
  }

  private mutating func malformed(_ place: Place, _ message: String) -> Value {
    error(at: place, "Template error: \(message)")
    return .null
  }

  private func arguments(_ node: Node, _ count: ClosedRange<Int>) -> [Node]? {
    guard node.tag == nil, let items = node.sequence, count.contains(items.count) else {
      return nil
    }
    return items
  }

  private mutating func getAtt(_ node: Node, at place: Place) -> Value {
    var parts: [String] = []
    if let text = node.scalar?.text {
      // Only the first dot separates: attributes may have dots of their own.
      parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        .map(String.init)
    } else if let items = node.sequence {
      parts = items.compactMap { $0.tag == nil ? $0.scalar?.text : nil }
      if parts.count != items.count { parts = [] }
    }
    guard parts.count == 2, !parts.contains("") else {
      return malformed(
        place,
        "every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute."
      )
    }
    note(.getAtt(parts[0], parts[1]), at: place)
    return .getAtt(resource: parts[0], attribute: parts[1])
  }

  private mutating func sub(_ node: Node, at place: Place, _ path: String) -> Value {
    var textNode = node
    var variables: [Value.Member] = []
    if let items = node.sequence {
      guard items.count == 2, items[1].tag == nil, let entries = items[1].mapping else {
        return malformed(
          place,
          "every Fn::Sub object requires a string, or a list of a string and a map of variables."
        )
      }
      textNode = items[0]
      for entry in entries { variables.append(.init(entry.key, value(entry.value, path))) }
    }
    guard let text = textNode.scalar?.text, textNode.tag == nil else {
      return malformed(place, "the text of every Fn::Sub object has to be a string.")
    }
    checkNames(in: text, of: textNode, variables.map(\.name))
    return .sub(text, variables: variables)
  }

  /// Notes every `${Name}`; what only a shell can mean is an error that says how to write it.
  private mutating func checkNames(in text: String, of node: Node, _ variables: [String]) {
    var place = node.place
    var isTracked = true
    let reach = text.unicodeScalars.count * 2 + 1024
    for part in SubPart.parts(of: text) {
      guard case .name(let name, let written) = part else { continue }
      if isTracked, let found = source.place(of: written, from: place, within: reach) {
        place = found
      } else {
        isTracked = false
      }
      defer { if isTracked { place.column += 1 } }
      if !name.isSubName {
        error(
          at: place,
          "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons: '\(written.prefix(60))'.",
          hint: "If the shell is to read it, write '${!\(name.prefix(60))}'."
        )
      } else if !variables.contains(name) {
        note(.sub(name), at: place)
      }
    }
  }
}

/// A piece of an Fn::Sub text.
enum SubPart: Equatable {
  case text(String)
  /// `${name}`, and as written.
  case name(String, written: String)

  /// The pieces in order; `${!X}` is the text `${X}`, and a `${` without `}` is text.
  static func parts(of source: String) -> [SubPart] {
    var parts: [SubPart] = []
    var literal = ""
    var rest = Substring(source)
    while let start = rest.range(of: "${") {
      literal += rest[..<start.lowerBound]
      let body = rest[start.upperBound...]
      guard let end = body.firstIndex(of: "}") else {
        literal += rest[start.lowerBound...]
        rest = ""
        break
      }
      let name = String(body[..<end])
      if name.hasPrefix("!") {
        literal += "${" + name.dropFirst() + "}"
      } else {
        if !literal.isEmpty { parts.append(.text(literal)) }
        literal = ""
        let trimmed = String(name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        parts.append(.name(trimmed, written: "${" + name + "}"))
      }
      rest = body[end...].dropFirst()
    }
    literal += rest
    if !literal.isEmpty { parts.append(.text(literal)) }
    return parts
  }
}

extension Substring {
  /// The standard library's search, by scalars: a combining character behind `${` is no reason to miss it.
  fileprivate func range(of pattern: String) -> Range<Index>? {
    let wanted = Array(pattern.unicodeScalars)
    var index = startIndex
    while index < endIndex {
      if unicodeScalars[index...].starts(with: wanted) {
        return index..<unicodeScalars.index(index, offsetBy: wanted.count)
      }
      index = unicodeScalars.index(after: index)
    }
    return nil
  }
}

extension String {
  fileprivate var isSubName: Bool {
    !isEmpty
      && utf8.allSatisfy { byte in
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
          || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
          || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "_.:".utf8.contains(byte)
      }
  }
}
