import Documents
import Glibc
import Store

extension Agent {
  /// Has the kernel tell when the home goes, or gets another owner: an agent that nobody asks anything
  /// notices as well, and sleeps until then.
  ///
  /// What another host does on a network file system nobody tells; that is seen before the next wave.
  func watchPlace() {
    for folder in Set([home.folder, home.state]) { placeWatch.add(folder, .places) }
    guard placeWatch.descriptor >= 0 else { return }
    loop.watch(placeWatch.descriptor) { [unowned self] _ in
      _ = placeWatch.changes()
      leaveIfDispossessed()
    }
  }

  /// Ends the loop where the home is not this agent's any more; returns whether it is so.
  @discardableResult
  func leaveIfDispossessed() -> Bool {
    guard let explanation = dispossession() else { return false }
    log("\(explanation.what) \(explanation.why)")
    loop.stop()
    return true
  }

  /// Why this agent must not go on: another host took the home over, or it is not there any more.
  func dispossession() -> Explanation? {
    guard isInPlace else {
      return Explanation(
        what: "The home \(home.folder) was removed, or moved, while its agent ran.",
        why: "What the agent has locked is not there any more.",
        next: "Ask again: another agent begins with what is there now."
      )
    }
    // The note changes when somebody takes the home over.
    guard FileStamp(path: home.ownerFile) != ownerStamp else { return nil }
    return site.refusal(of: home)
  }

  /// Whether the home is where it was: some calls, cheap enough for each request and each wave.
  var isInPlace: Bool {
    guard access(home.folder, F_OK) == 0 || errno != ENOENT && errno != ENOTDIR else {
      return false
    }
    guard lock >= 0 else { return true }
    var (own, there) = (stat(), stat())
    guard fstat(lock, &own) == 0 else { return true }
    guard stat(home.lock, &there) == 0 else { return errno != ENOENT && errno != ENOTDIR }
    // Where it is another file, another agent can hold its lock.
    return own.st_dev == there.st_dev && own.st_ino == there.st_ino
  }
}
