import Documents
import Foundation
import Pipelines
import Store

/// What the references of a step's texts stand for in one run.
struct References {
  let run: RunRecord
  /// Outputs of the steps that have ended, by step.
  let outputs: [String: [String: Artifact]]
  let objects: ObjectStore
  /// The step's own inputs and outputs by name, as paths relative to its work folder.
  var inputPaths: [String: String] = [:]
  var outputPaths: [String: String] = [:]

  func resolve(_ text: Text) throws -> String {
    try text.parts.map { part in
      switch part {
      case .literal(let literal): literal
      case .reference(let reference): try value(of: reference)
      }
    }.joined()
  }

  /// A shell line whose references became variables, and the variables: no value is ever part of the
  /// line, so none can be a command.
  func shellLine(_ text: Text) throws -> (line: String, variables: [String: String]) {
    var variables: [String: String] = [:]
    let line = try text.parts.map { part -> String in
      guard case .reference(let reference) = part else {
        if case .literal(let literal) = part { return literal }
        return ""
      }
      let name = "LATHE_VALUE_\(variables.count + 1)"
      variables[name] = try value(of: reference)
      return "${\(name)}"
    }.joined()
    return (line, variables)
  }

  func value(of reference: Reference) throws -> String {
    switch reference {
    case .parameter(let name): return run.parameters[name]?.description ?? ""
    case .input(let name): return inputPaths[name] ?? ""
    case .output(let name): return outputPaths[name] ?? ""
    case .stepOutput(let step, let output):
      // In a step's own texts it is an input of that step, brought into its work folder.
      return inputPaths[References.implicitInput(step, output)]
        ?? outputs[step]?[output].map { objects.path(of: $0.digest) } ?? ""
    case .stepValue(let step, let output, let path):
      return try reportValue(step: step, output: output, path: path)
    case .run(let name):
      return switch name {
      case "id": run.shortName
      case "name": run.name ?? run.shortName
      default: run.pipeline
      }
    }
  }

  /// The name of the input that `${steps.STEP.outputs.NAME}` in a step's texts makes; none that a
  /// user can give.
  static func implicitInput(_ step: String, _ output: String) -> String { step + "." + output }

  /// A report of a step is read up to this size, in bytes.
  private static let largestReport = 4 << 20

  /// A value in the JSON file that a step made.
  private func reportValue(step: String, output: String, path: [String]) throws -> String {
    let place = "\(step).outputs.\(output).\(path.joined(separator: "."))"
    guard let artifact = outputs[step]?[output], artifact.kind == .file,
      artifact.size <= References.largestReport
    else {
      throw Explanation(
        what: "\(place) cannot be read.",
        why: "The output is not a file of at most 4 MiB.",
        next: "Let step '\(step)' write its report as a JSON file."
      )
    }
    guard let data = objects.data(artifact.digest, limit: References.largestReport) else {
      throw objects.damaged(artifact.digest)
    }
    guard var value = try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
    else {
      throw Explanation(
        what: "\(place) cannot be read.",
        why: "The output '\(output)' is not JSON.",
        next: "Look at what step '\(step)' wrote: lathe logs \(run.shortName) \(step)"
      )
    }
    for key in path {
      let index = Int(key.trimmingCharacters(in: CharacterSet(charactersIn: "[]")))
      if let map = value as? [String: Any], let member = map[key] {
        value = member
      } else if let list = value as? [Any], let index, list.indices.contains(index) {
        value = list[index]
      } else {
        let names = (value as? [String: Any])?.keys.sorted() ?? []
        throw Explanation(
          what: "The report has no \(place).",
          why: names.isEmpty
            ? "'\(key)' is not there." : "There are \(names.prefix(8).joined(separator: ", ")).",
          next: "Correct the reference, or the report that step '\(step)' writes."
        )
      }
    }
    return References.text(of: value)
  }

  /// Numbers of a report, for a model's metrics: nested names are joined by ".".
  func numbers(step: String, output: String) -> [String: Double] {
    guard let artifact = outputs[step]?[output], artifact.kind == .file,
      let data = objects.data(artifact.digest, limit: References.largestReport),
      let map = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { return [:] }
    var numbers: [String: Double] = [:]
    func collect(_ map: [String: Any], prefix: String) {
      for (name, value) in map.sorted(by: { $0.key < $1.key }) where numbers.count < 100 {
        if let nested = value as? [String: Any] {
          collect(nested, prefix: prefix + name + ".")
        } else if let number = value as? NSNumber, !number.isBoolean {
          numbers[prefix + name] = number.doubleValue
        }
      }
    }
    collect(map, prefix: "")
    return numbers
  }

  private static func text(of value: Any) -> String {
    switch value {
    case let text as String: text
    // Not `as Bool`: that makes true of the number 1, too.
    case let number as NSNumber where number.isBoolean: number.boolValue ? "true" : "false"
    case let number as NSNumber: number.stringValue
    default: String(describing: value)
    }
  }
}

extension NSNumber {
  /// Whether it was `true` or `false` in the JSON text, not 1 or 0.
  fileprivate var isBoolean: Bool { objCType.pointee == CChar(UInt8(ascii: "c")) }
}

extension ConditionStep.Comparison {
  /// Whether the comparison holds: as numbers when both sides are numbers, else as text.
  ///
  /// Comparing a number with text by order is refused, as SageMaker's BinaryCondition does.
  func holds(_ references: References) throws -> Bool {
    let (left, right) = (try references.resolve(left), try references.resolve(right))
    if let a = Double(left), let b = Double(right) {
      return switch `operator` {
      case .equal: a == b
      case .notEqual: a != b
      case .less: a < b
      case .lessOrEqual: a <= b
      case .greater: a > b
      case .greaterOrEqual: a >= b
      }
    }
    switch `operator` {
    case .equal: return left == right
    case .notEqual: return left != right
    default:
      throw Explanation(
        what: "'\(left)' and '\(right)' cannot be compared by '\(`operator`.rawValue)'.",
        why: "Only numbers have an order.",
        next: "Compare numbers, or use == and !=."
      )
    }
  }
}
