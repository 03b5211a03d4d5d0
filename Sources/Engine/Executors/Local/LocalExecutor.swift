import CSystem
import Glibc
import Store

/// Runs step runners as processes of this machine.
struct LocalExecutor: Executor {
  func place(_ attempt: AttemptFolder) throws -> Int32 {
    var pid: pid_t = 0
    let path = ["PATH=/usr/local/bin:/usr/bin:/bin"]
    let failure = withCStrings(["lathe", "__step", attempt.path]) { argv in
      withCStrings(path) { envp in
        lathe_spawn(&pid, "/proc/self/exe", argv, envp, "/", -1)
      }
    }
    guard failure == 0 else { throw SystemFailure("start a step runner", failure) }
    return pid
  }
}
