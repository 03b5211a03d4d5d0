/// Wakes a reader when files change: inotify behind a descriptor that `poll` understands.
package final class FileWatch: Sendable {
  /// Readable when something that is watched has changed; -1 where there is no inotify.
  package let descriptor: Int32

  package init() {
    descriptor = -1
  }

  /// Watches a file or a folder's entries; one that does not exist is ignored (watch its folder).
  package func add(_ path: String) {}

  package func remove(_ path: String) {}

  /// Takes the notices that have arrived: the paths as they were added.
  package func changes() -> Set<String> { [] }

  /// Sleeps until something changes or the time is over.
  ///
  /// - Returns: whether something changed.
  package func wait(milliseconds: Int32) -> Bool { false }
}
