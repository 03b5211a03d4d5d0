import Documents
import Store

extension Agent {
  /// Throws why a run cannot go on: what it needs is not whole in the object store.
  ///
  /// After a restart, which may have been a power failure: the catalog's rows may have got onto the disk
  /// before the bytes that they name. Those of results in the cache, and of runs that were told to have
  /// succeeded, were synced before.
  func checkWhole(_ run: RunRecord, _ steps: [StepRecord]) throws {
    guard let code = objects.manifest(run.code), objects.holdsAll(of: code) else {
      throw Explanation(
        what: """
          Its code is missing from the object store, or damaged, since the machine was restarted; \
          'resume' takes it anew.
          """
      )
    }
    let lost = steps.first { step in
      step.status == .succeeded && !step.outputs.values.allSatisfy(objects.holdsAll)
    }
    guard let lost else { return }
    throw Explanation(
      what: """
        The result of '\(lost.name)' is missing from the object store, or damaged, since the machine \
        was restarted; 'resume' makes it again.
        """
    )
  }
}
