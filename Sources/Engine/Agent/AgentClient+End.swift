import CSystem
import Glibc

extension AgentClient {
  /// Tells the agent that lives to end, and waits until its process has ended.
  ///
  /// It stops listening a moment before that; whoever is told that it has ended may count on its memory,
  /// its lock and its files being free.
  ///
  /// - Parameter seconds: how long to wait, in s.
  /// - Returns: whether it has ended; nil when none lives.
  package func endLiving(within seconds: Int = 5) -> Bool? {
    guard let connection = try? connect(startingAgent: false) else { return nil }
    // Named by the kernel, so that one of another version is waited for just so.
    let process = lathe_peer_pidfd(connection)
    close(connection)
    defer { if process >= 0 { close(process) } }
    // One that ends before it answers has ended all the same.
    _ = try? sendToLiving(.shutdown)
    guard process >= 0 else {
      // Where the kernel names nobody, the socket has to do.
      for _ in 0..<(seconds * 100) where isAgentRunning() { usleep(10_000) }
      return !isAgentRunning()
    }
    var entry = pollfd(fd: process, events: Int16(POLLIN), revents: 0)
    var ready = poll(&entry, 1, Int32(seconds) * 1_000)
    while ready < 0 && errno == EINTR { ready = poll(&entry, 1, Int32(seconds) * 1_000) }
    return ready > 0
  }
}
