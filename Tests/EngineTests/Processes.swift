import CSystem
import Glibc

/// Waits for the end of a process that was killed just now; false when it lives on.
func isGone(_ pid: Int32) -> Bool {
  let descriptor = lathe_pidfd_open(pid)
  guard descriptor >= 0 else { return true }
  defer { close(descriptor) }
  var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  return poll(&entry, 1, 5000) > 0
}
