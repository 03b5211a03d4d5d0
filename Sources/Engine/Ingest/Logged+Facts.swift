import Documents
import Glibc
import Store

extension Logged {
  /// What is kept of the facts, with the artifacts as they are now stored.
  ///
  /// It goes on while `goesOn`. An artifact that cannot be stored is said in the log and left out: the step
  /// does not fail for it.
  func facts(
    storing store: ObjectStore,
    in folder: AttemptFolder,
    while goesOn: () -> Bool = { true }
  ) -> StepFacts? {
    var said: Set<String> = []
    return facts(storing: store, in: folder, said: &said, while: goesOn)
  }

  /// The same where it may be done again: the artifacts that were said are in `said`, and are not again.
  func facts(
    storing store: ObjectStore,
    in folder: AttemptFolder,
    said: inout Set<String>,
    while goesOn: () -> Bool
  ) -> StepFacts? {
    var facts = StepFacts(params: params, summary: summary)
    for (name, path) in artifacts.sorted(by: { $0.key < $1.key }) {
      let full = path.hasPrefix("/") ? path : folder.work + "/" + path
      do {
        // A folder with the home in it would be stored into itself.
        guard !(folder.path + "/").hasPrefix(full.hasSuffix("/") ? full : full + "/") else {
          throw Explanation(what: "It holds Lathe's own files.")
        }
        guard access(full, F_OK) == 0 else { throw SystemFailure("find \(path)", errno) }
        facts.artifacts[name] = try store.put(artifact: full, while: goesOn)
      } catch {
        guard said.insert(name).inserted else { continue }
        let reason = [Explanation(error).what, Explanation(error).why].filter { !$0.isEmpty }
        StepLog.append(
          "\(StepLog.mark)The artifact '\(name)' is not kept: \(reason.joined(separator: " "))\n"
            .replacing("\n", with: " ") + "\n",
          in: folder
        )
      }
    }
    return facts.isEmpty ? nil : facts
  }
}
