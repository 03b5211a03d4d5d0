package import Documents

/// A template with its parameters filled in: what a stack is made from.
package struct ResolvedTemplate: Sendable, Equatable {
  /// Every parameter with its value, defaults included.
  package var parameters: [String: String]
  package var noEcho: Set<String>
  /// What will be made, each behind what it depends on.
  ///
  /// Conditions are decided; references to other resources stay `ref` and `getAtt` until those exist (`Value.completed`).
  package var resources: [ResolvedResource]
  package var outputs: [TemplateOutput]
  /// Such as `CAPABILITY_IAM`.
  package var capabilities: [String]

  package init(
    parameters: [String: String],
    noEcho: Set<String>,
    resources: [ResolvedResource],
    outputs: [TemplateOutput],
    capabilities: [String]
  ) {
    self.parameters = parameters
    self.noEcho = noEcho
    self.resources = resources
    self.outputs = outputs
    self.capabilities = capabilities
  }
}

package struct ResolvedResource: Sendable, Equatable {
  package var logicalID: String
  package var type: String
  package var properties: Value
  package var dependsOn: [String]
  package var place: Place

  package init(
    logicalID: String,
    type: String,
    properties: Value,
    dependsOn: [String],
    place: Place
  ) {
    self.logicalID = logicalID
    self.type = type
    self.properties = properties
    self.dependsOn = dependsOn
    self.place = place
  }
}

/// CloudFormation's pseudo parameters for one stack.
package struct PseudoParameters: Sendable, Equatable {
  package var stackName: String
  package var stackID: String
  package var region = "local"
  package var accountID = "000000000000"
  package var partition = "aws"
  package var urlSuffix = "amazonaws.com"

  package init(stackName: String, stackID: String) {
    self.stackName = stackName
    self.stackID = stackID
  }
}

extension Template {
  /// Reads a template's text, YAML or JSON.
  ///
  /// - Returns: the template, nil when a diagnostic is an error; and every finding at once.
  package static func read(_ text: String) -> (Template?, [Diagnostic]) {
    (nil, [Diagnostic(at: Place(line: 1, column: 1), "unread")])
  }

  /// Fills in the parameters, decides conditions and orders the resources.
  ///
  /// Parameters that are not among the `given` ones, as typed, take their defaults.
  package func resolved(
    with given: [String: String],
    pseudo: PseudoParameters
  ) throws -> ResolvedTemplate {
    throw Explanation(what: "unresolved")
  }

  /// What is wrong with one value while it is typed into the form; nil when nothing is.
  package func fault(of value: String, for parameter: TemplateParameter) -> String? { nil }
}

extension Value {
  /// The value once the resources that it refers to exist; afterwards it is plain.
  ///
  /// `attribute` gives a resource's attribute by logical id and name ("Ref" for Ref).
  package func completed(
    _ attribute: (_ resource: String, _ name: String) -> String?
  ) throws(Explanation) -> Value {
    self
  }
}
