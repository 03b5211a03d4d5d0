package import Store

/// One attempt of a step, as its folder tells of it.
package struct StepAttempt: Sendable, Equatable {
  /// Counted from 1.
  package var number: Int
  package var folder: AttemptFolder
  /// How it ended; nil while it has not, or where its runner went away without a word.
  package var exit: ExitRecord?

  package init(number: Int, folder: AttemptFolder, exit: ExitRecord?) {
    self.number = number
    self.folder = folder
    self.exit = exit
  }

  /// The attempts of a step that has several, the first one first; of very many the last ones.
  ///
  /// Those of a step from the cache are the other run's. Nothing for a step of one attempt, of which its record
  /// tells all.
  package static func several(of step: StepRecord, in home: Home) -> [StepAttempt] {
    guard step.logAttempt > 1 else { return [] }
    return (max(1, step.logAttempt - most + 1)...step.logAttempt).map { number in
      let folder = home.attempt(run: step.logRun, step: step.name, attempt: number)
      return StepAttempt(number: number, folder: folder, exit: ExitRecord.read(folder))
    }
  }

  private static let most = 100
}
