package import Documents

/// A CloudFormation template as understood: constraints, references and types are checked.
package struct Template: Sendable, Equatable {
  package var description: String
  /// In the order of the form: `AWS::CloudFormation::Interface` first, then as written.
  package var parameters: [TemplateParameter]
  package var conditions: [String: Value]
  /// As written.
  package var resources: [TemplateResource]
  package var outputs: [TemplateOutput]

  package init(
    description: String,
    parameters: [TemplateParameter],
    conditions: [String: Value],
    resources: [TemplateResource],
    outputs: [TemplateOutput]
  ) {
    self.description = description
    self.parameters = parameters
    self.conditions = conditions
    self.resources = resources
    self.outputs = outputs
  }
}

package struct TemplateParameter: Sendable, Equatable {
  package var name: String
  /// "String", "Number", "List<Number>", "CommaDelimitedList", ...
  package var type: String
  package var defaultValue: String?
  package var allowedValues: [String]
  package var allowedPattern: String?
  package var minLength: Int?
  package var maxLength: Int?
  package var minValue: Double?
  package var maxValue: Double?
  package var description: String
  package var constraintDescription: String?
  package var noEcho: Bool
  /// From `AWS::CloudFormation::Interface`; nil when it says none.
  package var label: String?
  package var group: String?
  package var place: Place

  package init(
    name: String,
    type: String = "String",
    defaultValue: String? = nil,
    allowedValues: [String] = [],
    allowedPattern: String? = nil,
    minLength: Int? = nil,
    maxLength: Int? = nil,
    minValue: Double? = nil,
    maxValue: Double? = nil,
    description: String = "",
    constraintDescription: String? = nil,
    noEcho: Bool = false,
    label: String? = nil,
    group: String? = nil,
    place: Place = Place(line: 1, column: 1)
  ) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.allowedValues = allowedValues
    self.allowedPattern = allowedPattern
    self.minLength = minLength
    self.maxLength = maxLength
    self.minValue = minValue
    self.maxValue = maxValue
    self.description = description
    self.constraintDescription = constraintDescription
    self.noEcho = noEcho
    self.label = label
    self.group = group
    self.place = place
  }
}

package struct TemplateResource: Sendable, Equatable {
  package var logicalID: String
  package var type: String
  package var properties: Value
  package var condition: String?
  package var dependsOn: [String]
  package var place: Place

  package init(
    logicalID: String,
    type: String,
    properties: Value,
    condition: String? = nil,
    dependsOn: [String] = [],
    place: Place = Place(line: 1, column: 1)
  ) {
    self.logicalID = logicalID
    self.type = type
    self.properties = properties
    self.condition = condition
    self.dependsOn = dependsOn
    self.place = place
  }
}

package struct TemplateOutput: Sendable, Equatable {
  package var name: String
  package var value: Value
  package var description: String
  package var condition: String?

  package init(name: String, value: Value, description: String = "", condition: String? = nil) {
    self.name = name
    self.value = value
    self.description = description
    self.condition = condition
  }
}

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
