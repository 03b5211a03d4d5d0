package import Documents

/// A CloudFormation template as understood: constraints, references and types are checked.
package struct Template: Sendable, Equatable {
  package var description: String
  /// In the order of the form: `AWS::CloudFormation::Interface` first, then as written.
  package var parameters: [TemplateParameter]
  package var conditions: [String: Value]
  /// Map, first key, second key: texts and lists of texts.
  package var mappings: [String: [String: [String: Value]]]
  /// As written.
  package var resources: [TemplateResource]
  package var outputs: [TemplateOutput]

  package init(
    description: String,
    parameters: [TemplateParameter],
    conditions: [String: Value],
    mappings: [String: [String: [String: Value]]] = [:],
    resources: [TemplateResource],
    outputs: [TemplateOutput]
  ) {
    self.description = description
    self.parameters = parameters
    self.conditions = conditions
    self.mappings = mappings
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
