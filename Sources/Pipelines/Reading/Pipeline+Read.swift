package import Documents

extension Pipeline {
  /// Bytes that a pipeline's text may have.
  package static let textLimit = 16 << 20

  /// Reads the text of a pipeline.yaml; `name` is the pipeline's name where the text gives none.
  ///
  /// The pipeline is nil when a diagnostic is an error; every finding is returned at once, in the
  /// order of the text.
  package static func read(_ text: String, name: String) -> (Pipeline?, [Diagnostic]) {
    let document = Document.read(
      text,
      limits: Document.Limits(size: textLimit, nodes: 2_000_000)
    )
    var reader = PipelineReader()
    reader.diagnostics = document.diagnostics
    for duplicate in document.duplicates {
      reader.error(
        at: duplicate.place,
        "'\(duplicate.key)' stands here a second time.",
        hint: "The first one is on line \(duplicate.first.line)."
      )
    }
    guard let root = document.root, !root.isNull else {
      if document.diagnostics.isEmpty {
        reader.error(
          at: .start,
          "The pipeline is empty.",
          hint: "Give it steps: steps: { train: { type: Training, run: python3 train.py } }."
        )
      }
      return (nil, reader.diagnostics)
    }
    let pipeline = reader.pipeline(root, name: name)
    let findings = reader.diagnostics.sorted { $0.place < $1.place }
    return (findings.contains { $0.severity == .error } ? nil : pipeline, findings)
  }
}
