package import Foundation
package import Pipelines

/// Something that the user should see: what a watch rule found, a Fail step, a failed run.
package struct AlertRecord: Sendable, Equatable, Codable, Identifiable {
  package var id: Int
  package var run: Int?
  package var stack: String?
  /// The whole sentence, as the bell and the programs of a topic tell it.
  package var message: String
  package var time: Date
  /// The step that a watch rule is of; nil where no rule raised the alert.
  package var step: String?
  /// Nil where an older Lathe wrote the alert.
  package var attempt: Int?
  /// What the rule found; nil where an older Lathe wrote the alert.
  package var finding: WatchFinding?

  package init(id: Int = 0, run: Int? = nil, stack: String? = nil, message: String, time: Date) {
    self.id = id
    self.run = run
    self.stack = stack
    self.message = message
    self.time = time
  }

  /// What a watch rule found in an attempt of a run's step.
  package init(_ finding: WatchFinding, run: RunRecord, step: String, attempt: Int) {
    self.init(
      run: run.id,
      message: "\(run.shortName) \(step): \(finding.words)",
      time: Date(timeIntervalSince1970: finding.time)
    )
    self.step = step
    self.attempt = attempt
    self.finding = finding
  }

  /// The sentence without the run's and the step's names, where those stand beside it.
  package var words: String {
    if let finding { return finding.words }
    guard let run, let step else { return message }
    let names = "r\(run) \(step): "
    return message.hasPrefix(names) ? String(message.dropFirst(names.count)) : message
  }
}
