package import Documents

extension Template {
  /// Reads a template's text, YAML or JSON.
  ///
  /// The template is nil when a diagnostic is an error; every finding is returned at once, in the order
  /// of the text.
  package static func read(_ text: String) -> (Template?, [Diagnostic]) {
    let document = Document.read(
      text,
      aliases: .refused(
        "Template error: YAML aliases are not allowed in CloudFormation templates."
      )
    )
    var reader = TemplateReader(source: SourceText(text))
    reader.diagnostics = document.diagnostics.map { finding in
      var finding = finding
      finding.message = finding.message.replacing(
        "The YAML is not well-formed",
        with: "Template format error: YAML not well-formed",
        maxReplacements: 1
      )
      return finding
    }
    for duplicate in document.duplicates {
      reader.warning(
        at: duplicate.place,
        "'\(duplicate.key)' stands here a second time; the last one counts.",
        hint: "The first one is on line \(duplicate.first.line)."
      )
    }
    guard let root = document.root else {
      if document.diagnostics.isEmpty { reader.error(at: .start, "The template is empty.") }
      return (nil, reader.diagnostics)
    }
    let template = reader.template(root)
    let findings = reader.diagnostics.sorted { $0.place < $1.place }
    return (findings.contains { $0.severity == .error } ? nil : template, findings)
  }
}
