import Glibc

/// Tells a runner that files have changed: inotify behind a descriptor that `poll` understands.
///
/// A class, because it is the identity of a kernel object.
final class InputWatch {
  /// Readable when something has changed; -1 where there is no inotify, and before `start`.
  private(set) var descriptor: Int32 = -1
  /// Whether files change that nobody tells of: without inotify, or beyond the user's limit of watches.
  private(set) var isBlind = false

  func start() {
    descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    isBlind = descriptor < 0
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Watches a file or folder; -1 when it cannot be watched.
  func add(_ path: String, _ events: UInt32) -> Int32 {
    guard descriptor >= 0 else { return -1 }
    let watch = inotify_add_watch(descriptor, path, events)
    if watch < 0, errno == ENOSPC || errno == ENOMEM { isBlind = true }
    return watch
  }

  /// Takes the notices that have arrived; false when some were lost, and anything may have changed.
  func take(_ body: (_ watch: Int32, _ events: UInt32, _ name: String) -> Void) -> Bool {
    var isWhole = true
    guard descriptor >= 0 else { return false }
    withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 8) { buffer in
      guard let base = buffer.baseAddress else { return }
      while true {
        let count = read(descriptor, base, buffer.count)
        guard count > 0 else { return }
        var offset = 0
        let header = MemoryLayout<inotify_event>.size
        while offset + header <= count {
          let event = base.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
          if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { isWhole = false }
          let name = UnsafeRawBufferPointer(start: base + offset + header, count: Int(event.len))
          body(event.wd, event.mask, String(decoding: name.prefix { $0 != 0 }, as: UTF8.self))
          offset += header + Int(event.len)
        }
      }
    }
    return isWhole
  }
}
