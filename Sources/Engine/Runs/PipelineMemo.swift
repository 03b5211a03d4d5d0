import Documents
import Pipelines
import Synchronization

/// The pipeline that was read last: the next launch mostly has the same text.
final class PipelineMemo: Sendable {
  private struct Entry {
    let text: String
    let name: String
    let pipeline: Pipeline
  }

  private let last = Mutex<Entry?>(nil)

  /// The pipeline of a text; `file` names it where it is refused with its findings.
  func read(_ text: String, name: String, file: String) throws -> Pipeline {
    let known = last.withLock { last in
      last.flatMap { $0.name == name && $0.text == text ? $0.pipeline : nil }
    }
    if let known { return known }
    let (pipeline, findings) = Pipeline.read(text, name: name)
    guard let pipeline else { throw InvalidDocument(file: file, diagnostics: findings) }
    last.withLock { $0 = Entry(text: text, name: name, pipeline: pipeline) }
    return pipeline
  }
}
