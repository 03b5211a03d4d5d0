/// What a step logged about itself beside its metrics' points.
package struct StepFacts: Sendable, Equatable, Codable {
  /// Hyperparameters and the like, as text.
  package var params: [String: String]
  /// Results that the script summed up itself.
  package var summary: [String: FactValue]
  /// Files and folders that it wanted to be kept, beside its declared outputs.
  package var artifacts: [String: Artifact]

  package init(
    params: [String: String] = [:],
    summary: [String: FactValue] = [:],
    artifacts: [String: Artifact] = [:]
  ) {
    self.params = params
    self.summary = summary
    self.artifacts = artifacts
  }

  private enum CodingKeys: CodingKey { case params, summary, artifacts }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    params = try container.decodeIfPresent([String: String].self, forKey: .params) ?? [:]
    summary = try container.decodeIfPresent([String: FactValue].self, forKey: .summary) ?? [:]
    artifacts = try container.decodeIfPresent([String: Artifact].self, forKey: .artifacts) ?? [:]
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    if !params.isEmpty { try container.encode(params, forKey: .params) }
    if !summary.isEmpty { try container.encode(summary, forKey: .summary) }
    if !artifacts.isEmpty { try container.encode(artifacts, forKey: .artifacts) }
  }

  package var isEmpty: Bool { params.isEmpty && summary.isEmpty && artifacts.isEmpty }
}

/// A summed-up result: a JSON number or text.
package enum FactValue: Sendable, Equatable, Codable {
  case number(Double)
  case text(String)

  /// JSON has no NaN and no infinities: they stand there as these texts, and are numbers again here.
  private static let words: [(String, Double)] = [
    ("NaN", .nan), ("Infinity", .infinity), ("-Infinity", -.infinity),
  ]

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      self = .number(number)
      return
    }
    let text = try container.decode(String.self)
    self = FactValue.words.first { $0.0 == text }.map { .number($0.1) } ?? .text(text)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number) where number.isFinite: try container.encode(number)
    case .number(let number):
      try container.encode(number.isNaN ? "NaN" : number > 0 ? "Infinity" : "-Infinity")
    }
  }
}
