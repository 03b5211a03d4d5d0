import Documents
import Pipelines
import Store
import Synchronization

/// The pipeline that was read last: the next launch mostly has the same text.
final class PipelineMemo: Sendable {
  private struct Entry {
    let text: Digest
    let name: String
    let pipeline: Pipeline
  }

  private let last = Mutex<Entry?>(nil)

  /// The pipeline of a text; `file` names it where it is refused with its findings.
  func read(_ text: String, name: String, file: String) throws -> Pipeline {
    // By bytes: to Swift, two spellings of an accent are equal, and to the file system they are not.
    let digest = Digest(of: text)
    let known = last.withLock { last in
      last.flatMap {
        $0.text == digest && $0.name.utf8.elementsEqual(name.utf8) ? $0.pipeline : nil
      }
    }
    if let known { return known }
    let (pipeline, findings) = Pipeline.read(text, name: name)
    guard let pipeline else { throw InvalidDocument(file: file, diagnostics: findings) }
    last.withLock { $0 = Entry(text: digest, name: name, pipeline: pipeline) }
    return pipeline
  }
}
