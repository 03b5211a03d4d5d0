import Documents

/// A name that a function uses, with the place where it does.
struct Use {
  enum Section: Equatable {
    case none
    case condition(String)
    case resource(String)
    case output(String)
  }

  enum Target {
    case ref(String)
    case getAtt(String, String)
    /// A name in the text of an Fn::Sub.
    case sub(String)
    case condition(String)
    case map(String)
    case dependsOn(String)
  }

  var target: Target
  var place: Place
  var section: Section
  /// Whether it stands in a branch of an Fn::If.
  var isConditional: Bool
}

extension TemplateReader {
  /// Reads a value; functions are recognised in both forms.
  mutating func value(_ node: Node, _ path: String) -> Value {
    if let tag = node.tag, tag.hasPrefix("!"), tag != "!" {
      var argument = node
      argument.tag = nil
      let short = String(tag.dropFirst())
      let name = short == "Ref" || short == "Condition" ? short : "Fn::" + short
      return function(name, written: tag, argument, at: node.place, path)
    }
    switch node.content {
    case .scalar(let scalar):
      if node.isNull {
        error(at: node.place, "[/\(path)] 'null' values are not allowed in templates.")
        return .null
      }
      return node.tag == "tag:yaml.org,2002:str" ? .string(scalar.text) : scalar.value
    case .sequence(let items):
      var values: [Value] = []
      for (index, item) in items.enumerated() { values.append(value(item, "\(path)/\(index)")) }
      return .list(values)
    case .mapping(let entries):
      if entries.count == 1, entries[0].key == "Ref" || entries[0].key.hasPrefix("Fn::") {
        let entry = entries[0]
        return function(entry.key, written: entry.key, entry.value, at: entry.place, path)
      }
      var members: [Value.Member] = []
      for entry in entries {
        if entry.key.hasPrefix("Fn::") {
          error(at: entry.place, "'\(entry.key)' has to be the only key of its map.")
        }
        members.append(.init(entry.key, value(entry.value, "\(path)/\(entry.key)")))
      }
      return .map(members)
    }
  }

  /// Reads a condition: Fn::Equals, Not, And, Or, or the name of another one.
  mutating func condition(_ node: Node, _ path: String) -> Value {
    if node.tag == nil, let entries = node.mapping, entries.count == 1,
      entries[0].key == "Condition"
    {
      return .condition(conditionName(entries[0].value) ?? "")
    }
    let value = value(node, path)
    switch value {
    case .equals, .not, .and, .or, .condition, .null: break
    default:
      error(
        at: node.place,
        "Template error: '\(path)' has to be a condition.",
        hint: "Use Fn::Equals, Fn::Not, Fn::And, Fn::Or or Condition."
      )
    }
    return value
  }

  mutating func conditionName(_ node: Node) -> String? {
    guard let name = text(node, "Condition") else { return nil }
    note(.condition(name), at: node.place)
    return name
  }

  mutating func note(_ target: Use.Target, at place: Place) {
    uses.append(
      Use(target: target, place: place, section: section, isConditional: ifDepth > 0)
    )
  }
}

extension Node.Scalar {
  /// What a plain scalar means in CloudFormation, which reads YAML 1.1 in a way of its own.
  ///
  /// Booleans as in YAML 1.1 but for `y` and `n`; decimal numbers; octal, hexadecimal and sexagesimal
  /// numbers, dates and numbers with a leading zero stay texts.
  var value: Value {
    guard style == .plain else { return .string(text) }
    switch text {
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return .boolean(true)
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return .boolean(false)
    default: return text.isDecimal ? .number(text) : .string(text)
    }
  }
}

extension String {
  /// Whether this is a number as JSON writes one.
  var isDecimal: Bool {
    var rest = Substring(self).utf8
    func digits() -> Int {
      let count = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }.count
      rest = rest.dropFirst(count)
      return count
    }
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let startsWithZero = rest.first == UInt8(ascii: "0")
    let whole = digits()
    guard whole > 0, !startsWithZero || whole == 1 else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      guard digits() > 0 else { return false }
    }
    if let mark = rest.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
        rest = rest.dropFirst()
      }
      guard digits() > 0 else { return false }
    }
    return rest.isEmpty
  }
}
