import Documents
import Store

extension Agent {
  /// The instance of an earlier run, which may have been deleted since.
  func standingInstance(of run: RunRecord) throws -> InstanceRecord {
    if let instance = try reader.instance(run.instance) { return instance }
    throw Explanation(
      what: "The instance '\(run.instance)' of \(run.shortName) was deleted.",
      why: "\(run.shortName) is kept, and can be run again only in an instance of that name.",
      next:
        "Make it again: lathe up TEMPLATE \(run.instance), or in its folder: lathe init --name \(run.instance)"
    )
  }
}
