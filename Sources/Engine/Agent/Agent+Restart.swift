import Documents
import Store

extension Agent {
  /// Throws why a run cannot go on: what it has made was not on the disk when the machine stopped.
  ///
  /// The catalog's rows may have got there before the bytes that they name. Those of results in the
  /// cache, and of runs that were told to have succeeded, were synced before.
  func checkWhole(_ run: RunRecord, _ steps: [StepRecord]) throws {
    guard let code = objects.manifest(run.code), objects.holdsAll(of: code) else {
      throw Explanation(
        what: "Its code was not on the disk yet when the machine stopped; 'rerun' takes it anew."
      )
    }
    let lost = steps.first { step in
      step.status == .succeeded && !step.outputs.values.allSatisfy(objects.holdsAll)
    }
    guard let lost else { return }
    throw Explanation(
      what: """
        The result of '\(lost.name)' was not on the disk yet when the machine stopped; 'rerun' makes it \
        again.
        """
    )
  }
}
