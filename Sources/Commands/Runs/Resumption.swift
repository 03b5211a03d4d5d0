import Engine
import Glibc
package import Store
import Terminal

/// What a resumption does with the steps that did not come to their end: from where each goes on.
package struct Resumption: Sendable, Equatable {
  package var run: RunRecord
  /// The steps that failed or were stopped while they ran, with whether they left a checkpoint.
  package var steps: [(name: String, hasCheckpoint: Bool)]

  package init(of run: RunRecord, steps: [(name: String, hasCheckpoint: Bool)]) {
    self.run = run
    self.steps = steps
  }

  package init(of run: RunRecord, _ steps: [StepRecord], home: Home) {
    let begun = steps.filter { [.failed, .stopped].contains($0.status) && $0.attempt > 0 }
    self.init(
      of: run,
      steps: begun.map { step in
        (step.name, isFilled(home.checkpoint(run: step.run, step: step.name)))
      }
    )
  }

  package static func == (left: Resumption, right: Resumption) -> Bool {
    left.run == right.run && left.steps.elementsEqual(right.steps, by: ==)
  }

  /// "step train starts again from its beginning: it left no checkpoint"; nil where no step had begun.
  package var words: String? {
    guard let first = steps.first else { return nil }
    if steps.count == 1 {
      return first.hasCheckpoint
        ? "step \(first.name) goes on from the checkpoint that it left"
        : "step \(first.name) starts again from its beginning: it left no checkpoint"
    }
    let kept = steps.filter(\.hasCheckpoint).map(\.name)
    let anew = steps.filter { !$0.hasCheckpoint }.map(\.name)
    func listed(_ names: [String]) -> String {
      names.prefix(3).joined(separator: ", ")
        + (names.count > 3 ? " and \(names.count - 3) more" : "")
    }
    var parts: [String] = []
    if !kept.isEmpty { parts.append("from their checkpoints: \(listed(kept))") }
    if !anew.isEmpty {
      parts.append("again from their beginning, without a checkpoint: \(listed(anew))")
    }
    return parts.joined(separator: "; ")
  }

  /// What is said when a run is resumed.
  package var line: Line {
    let head = Line("\(run.shortName) goes on with the code as it is now", .bold)
    guard let words else { return head + Line(".", .bold) }
    return head + Line(SafeText(hostile: "; \(words)."))
  }
}

extension Session {
  /// What a resumption of a run will do; throws an `Explanation` for one that cannot be resumed.
  func resumption(of run: RunRecord) throws -> Line {
    Resumption(of: run, try catalog.steps(of: run.id), home: home).line
  }
}

/// Whether a folder is there and holds something.
private func isFilled(_ folder: String) -> Bool {
  guard let listing = opendir(folder) else { return false }
  defer { closedir(listing) }
  while let entry = readdir(listing) {
    let isOwn = withUnsafePointer(to: entry.pointee.d_name) { name in
      name.withMemoryRebound(to: CChar.self, capacity: 256) { text in
        strcmp(text, ".") == 0 || strcmp(text, "..") == 0
      }
    }
    if !isOwn { return true }
  }
  return false
}
