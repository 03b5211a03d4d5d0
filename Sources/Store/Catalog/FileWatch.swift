import Glibc
import Synchronization

/// Wakes a reader when files change: inotify behind a descriptor that `poll` understands.
///
/// A class, because it is the identity of a kernel object.
package final class FileWatch: Sendable {
  /// Readable when something that is watched has changed; -1 where there is no inotify.
  package let descriptor: Int32
  private let paths = Mutex<[Int32: String]>([:])
  private let unseen = Mutex<Set<String>>([])
  private let isSilent: @Sendable (String) -> Bool

  /// `isSilent`: whether a path may change without anybody telling of it, as on a network file system.
  package init(isSilent: @escaping @Sendable (String) -> Bool = { FileSystem.isSilent($0) }) {
    self.isSilent = isSilent
    descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// What was added and may change without a notice: it has to be looked at now and then.
  ///
  /// Network file systems do not tell of what other hosts do, and a user has only so many watches.
  package var blindPaths: Set<String> { unseen.withLock { $0 } }

  /// What of a file or of a folder's entries is told.
  package enum Notice: Sendable {
    case anything
    /// That an entry, or what is watched itself, went or was put into place; not what is written.
    case places

    fileprivate var events: UInt32 {
      let places = IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF
      return switch self {
      case .anything: UInt32(places | IN_MODIFY | IN_CREATE)
      case .places: UInt32(places | IN_MOVED_FROM)
      }
    }
  }

  /// Watches a file or a folder's entries.
  ///
  /// - Parameters:
  ///   - path: what to watch.
  ///   - notice: what is told of it.
  /// - Returns: whether it is watched now; one that does not exist is not (watch its folder).
  @discardableResult
  package func add(_ path: String, _ notice: Notice = .anything) -> Bool {
    guard descriptor >= 0 else {
      if access(path, F_OK) == 0 { _ = unseen.withLock { $0.insert(path) } }
      return false
    }
    let watch = inotify_add_watch(descriptor, path, notice.events)
    if watch < 0 && errno != ENOENT || watch >= 0 && isSilent(path) {
      _ = unseen.withLock { $0.insert(path) }
    }
    guard watch >= 0 else { return false }
    paths.withLock { $0[watch] = path }
    return true
  }

  package func remove(_ path: String) {
    _ = unseen.withLock { $0.remove(path) }
    paths.withLock { paths in
      for (watch, watched) in paths where watched == path {
        inotify_rm_watch(descriptor, watch)
        paths[watch] = nil
      }
    }
  }

  /// Takes the notices that have arrived: the paths as they were added.
  package func changes() -> Set<String> {
    var changed: Set<String> = []
    guard descriptor >= 0 else { return changed }
    withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 8) { buffer in
      guard let base = buffer.baseAddress else { return }
      while true {
        let count = read(descriptor, base, buffer.count)
        guard count > 0 else { return }
        var offset = 0
        while offset + MemoryLayout<inotify_event>.size <= count {
          let event = base.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
          paths.withLock { paths in
            if let path = paths[event.wd] { changed.insert(path) }
            // Notices were lost: anything may have changed.
            if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { changed.formUnion(paths.values) }
            if event.mask & UInt32(IN_IGNORED) != 0 { paths[event.wd] = nil }
          }
          offset += MemoryLayout<inotify_event>.size + Int(event.len)
        }
      }
    }
    return changed
  }

  /// Sleeps until something changes or the time is over; the notices stay to be taken.
  ///
  /// - Parameter milliseconds: the longest wait; -1 waits for ever.
  /// - Returns: whether something changed.
  package func wait(milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, milliseconds) > 0
  }
}
