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

extension PseudoParameters {
  static let names = [
    "AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition", "AWS::Region",
    "AWS::StackId", "AWS::StackName", "AWS::URLSuffix",
  ]

  /// The value of `AWS::...`; nil for a name that is none and for `AWS::NoValue`.
  func value(of name: String) -> Value? {
    switch name {
    case "AWS::AccountId": .string(accountID)
    case "AWS::NotificationARNs": .list([])
    case "AWS::Partition": .string(partition)
    case "AWS::Region": .string(region)
    case "AWS::StackId": .string(stackID)
    case "AWS::StackName": .string(stackName)
    case "AWS::URLSuffix": .string(urlSuffix)
    default: nil
    }
  }
}
