import Documents
import Infrastructure
import Pipelines
import Terminal

extension EditorScreen {
  /// Larger texts are not read again at each edit.
  private static let mostLines = 5000

  /// Reads the text as what its name says it is.
  mutating func check() {
    guard let buffer, buffer.lines.count <= EditorScreen.mostLines else {
      findings = []
      return
    }
    switch EditorScreen.kind(of: name) {
    case .pipeline: findings = Pipeline.read(buffer.text, name: "pipeline").1
    case .template: findings = Template.read(buffer.text).1
    case nil: findings = []
    }
  }

  enum Kind: Sendable, Equatable { case pipeline, template }

  static func kind(of name: String) -> Kind? {
    let lower = name.lowercased()
    let isYAML = lower.hasSuffix(".yaml") || lower.hasSuffix(".yml")
    if isYAML, lower.hasPrefix("pipeline") { return .pipeline }
    if isYAML || lower.hasSuffix(".json"), lower.hasPrefix("template") { return .template }
    return lower.hasSuffix(".template") ? .template : nil
  }

  /// One message for each line with a finding, and for the line that failed.
  var gutter: [Int: SafeText] {
    var messages: [Int: SafeText] = [:]
    for finding in findings where messages[finding.place.line - 1] == nil {
      messages[finding.place.line - 1] = EditorScreen.sentence(finding)
    }
    if let mark, resuming != nil, messages[mark] == nil { messages[mark] = "it failed here" }
    return messages
  }

  /// The finding in the cursor's line, else the first error, in whole lines of a width.
  func finding(width: Int) -> [StyledText] {
    let here = findings.first { $0.place.line - 1 == buffer?.cursor.line }
    guard let shown = here ?? findings.first(where: { $0.severity == .error }) ?? findings.first
    else { return [] }
    let more: SafeText = findings.count > 1 ? " (and \(findings.count - 1) more)" : ""
    let place: SafeText = "\(shown.place.line):\(shown.place.column): "
    let style: Style = shown.severity == .error ? .bad : .warning
    return StyledText(place + EditorScreen.sentence(shown) + more, style).wordWrapped(to: width)
  }

  static func sentence(_ finding: Diagnostic) -> SafeText {
    let hint = finding.hint.isEmpty ? "" : " " + finding.hint
    return SafeText(hostile: finding.message + hint)
  }
}
