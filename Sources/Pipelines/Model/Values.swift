/// Whether a metric is better when it is smaller or larger.
package enum Goal: String, Sendable, Codable {
  case min, max

  /// As pipelines write it: min and max, and SageMaker's Minimize and Maximize in any case.
  package init?(written text: String) {
    switch text {
    case "min": self = .min
    case "max": self = .max
    default:
      switch text.lowercased() {
      case "minimize": self = .min
      case "maximize": self = .max
      default: return nil
      }
    }
  }

  package func isBetter(_ a: Double, than b: Double) -> Bool { self == .min ? a < b : a > b }
}

/// A parameter's value; SageMaker's four types.
package enum ParameterValue: Sendable, Hashable {
  case string(String)
  case integer(Int)
  case float(Double)
  case boolean(Bool)
}

extension ParameterValue {
  /// Whether two values mean the same: a Float of 1.0 comes back from the catalog as 1.
  package func isSame(as other: ParameterValue) -> Bool {
    switch (self, other) {
    case (.float(let float), .integer(let integer)), (.integer(let integer), .float(let float)):
      float == Double(integer)
    default: self == other
    }
  }
}

extension ParameterValue: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .float(value)
    } else {
      self = .string(try container.decode(String.self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .string(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .float(let value): try container.encode(value)
    case .boolean(let value): try container.encode(value)
    }
  }
}

extension ParameterValue: CustomStringConvertible {
  /// The value as a user writes it: what scripts get and screens show.
  package var description: String {
    switch self {
    case .string(let value): value
    case .integer(let value): String(value)
    case .float(let value):
      value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) + ".0" : String(value)
    case .boolean(let value): value ? "true" : "false"
    }
  }
}
