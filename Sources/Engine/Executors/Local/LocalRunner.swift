import CSystem
import Glibc
import Store

/// Starts step runners as processes of this machine.
enum LocalRunner {
  /// Starts a runner that takes orders over a channel, a stream socket, until that is closed.
  ///
  /// Returns its process number and the agent's end, which the agent closes.
  static func start() throws -> (pid: Int32, channel: Int32) {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
      throw SystemFailure("make a socket", errno)
    }
    var pid: pid_t = 0
    let path = ["PATH=/usr/local/bin:/usr/bin:/bin"]
    let failure = withCStrings(["lathe", "__runner"]) { argv in
      withCStrings(path) { envp in
        lathe_spawn(&pid, "/proc/self/exe", argv, envp, "/", ends[1], -1)
      }
    }
    close(ends[1])
    guard failure == 0 else {
      close(ends[0])
      throw SystemFailure("start a step runner", failure)
    }
    return (pid, ends[0])
  }
}
