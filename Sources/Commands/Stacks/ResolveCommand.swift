package import ArgumentParser
import Engine
package import Infrastructure
import Terminal

package struct ResolveCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "resolve",
    abstract: "Print a template's resources with its parameters filled in, as JSON.",
    discussion: """
      Conditions are decided; references to other resources stay Ref and Fn::GetAtt, as those do not \
      exist yet.

      EXAMPLE:
        lathe resolve digits -p InstanceType=ml.m5.xlarge
      """
  )

  @Argument(help: "A template of the gallery, or a path.")
  package var template: String
  @OptionGroup package var parameters: ParameterOptions
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    let loaded = try session.gallery.template(named: template)
    let pseudo = PseudoParameters(stackName: loaded.name, stackID: loaded.name)
    let resolved = try loaded.template.resolved(with: parameters.values, pseudo: pseudo)
    session.output.print(resolved.json)
  }
}

extension ResolvedTemplate {
  /// CloudFormation's own words and order; a value that is not to be shown is not shown.
  package var json: JSON {
    let shown = parameters.map { name, value in
      (name, JSON(noEcho.contains(name) ? "****" : value))
    }
    return [
      "parameters": JSON(sorted: Dictionary(shown) { $1 }),
      "resources": .array(
        resources.map { resource in
          [
            "logical_id": JSON(resource.logicalID), "type": JSON(resource.type),
            "depends_on": .array(resource.dependsOn.map { .string($0) }),
            "properties": resource.properties.json,
          ]
        }
      ),
      "outputs": .array(
        outputs.map { output in
          [
            "name": JSON(output.name), "value": output.value.json,
            "description": JSON(output.description),
          ]
        }
      ),
      "capabilities": .array(capabilities.map { .string($0) }),
    ]
  }
}

extension Value {
  /// The value in CloudFormation's JSON form: functions as objects of one member.
  package var json: JSON {
    switch self {
    case .null: .null
    case .boolean(let value): .boolean(value)
    case .number(let text):
      Int(text).map { .integer($0) } ?? Double(text).map { .number($0) } ?? .string(text)
    case .string(let text): .string(text)
    case .list(let values): .array(values.map(\.json))
    case .map(let members): members.json
    case .ref(let name): ["Ref": JSON(name)]
    case .getAtt(let resource, let attribute): ["Fn::GetAtt": [JSON(resource), JSON(attribute)]]
    case .sub(let text, let variables):
      ["Fn::Sub": variables.isEmpty ? JSON(text) : [JSON(text), variables.json]]
    case .join(let separator, let values): ["Fn::Join": [JSON(separator), values.json]]
    case .base64(let value): ["Fn::Base64": value.json]
    case .if(let condition, let then, let otherwise):
      ["Fn::If": [JSON(condition), then.json, otherwise.json]]
    case .equals(let left, let right): ["Fn::Equals": [left.json, right.json]]
    case .not(let value): ["Fn::Not": [value.json]]
    case .and(let values): ["Fn::And": .array(values.map(\.json))]
    case .or(let values): ["Fn::Or": .array(values.map(\.json))]
    case .condition(let name): ["Condition": JSON(name)]
    case .select(let index, let list): ["Fn::Select": [index.json, list.json]]
    case .split(let separator, let text): ["Fn::Split": [JSON(separator), text.json]]
    case .findInMap(let map, let first, let second):
      ["Fn::FindInMap": [map.json, first.json, second.json]]
    }
  }
}

extension [Value.Member] {
  fileprivate var json: JSON { .object(map { JSON.Member($0.name, $0.value.json) }) }
}
