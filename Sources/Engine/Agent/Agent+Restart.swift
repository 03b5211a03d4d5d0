import Documents
import Glibc
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

  /// Takes an end as its runner has recorded it.
  ///
  /// After a restart the record may be on the disk without the bytes that it names: then it tells of a
  /// result that nobody has, and the attempt is lost.
  func settle(_ name: RunnerName, _ record: ExitRecord) {
    guard isAfterRestart, record.status == .succeeded,
      !record.outputs.values.allSatisfy(objects.holdsAll)
    else { return end(name, record) }
    // The first record of an attempt stays. An agent that dies here leaves a runner that died.
    unlink(folder(of: name).exit)
    recover(
      name,
      reason: """
        Its result is missing from the object store, or damaged, since the machine was restarted; \
        'resume' runs it again.
        """,
      ended: record.ended
    )
  }
}
