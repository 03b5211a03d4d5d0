import Foundation
import Glibc

/// Whether a descriptor has something to read, without waiting.
func isReadable(_ descriptor: Int32) -> Bool {
  var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  return poll(&entry, 1, 0) > 0
}

/// Kills every process of a session: the script, and what it started in process groups of their own.
func killSession(_ session: Int32) {
  kill(-session, SIGKILL)
  for pid in ChildProcess.processes() where getsid(pid) == session { kill(pid, SIGKILL) }
}

/// Kills every process whose environment carries an attempt's mark; returns how many there were.
///
/// For attempts whose runner died: their scripts would go on unseen.
@discardableResult
func killProcesses(marked attempt: String) -> Int {
  let mark = Array("LATHE_ATTEMPT=\(attempt)\0".utf8)
  var killed: Set<Int32> = []
  // Again until nothing new turns up: a process may fork while it is looked for.
  for _ in 0..<10 {
    let before = killed.count
    for pid in ChildProcess.processes() where pid != getpid() && !killed.contains(pid) {
      guard let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ"),
        environment.firstRange(of: mark) != nil
      else { continue }
      if kill(pid, SIGKILL) == 0 { killed.insert(pid) }
    }
    if killed.count == before { break }
  }
  return killed.count
}

func signalName(_ signal: Int) -> String {
  let names: [Int32: String] = [
    SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGABRT: "SIGABRT",
    SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGSEGV: "SIGSEGV",
    SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU",
    SIGTRAP: "SIGTRAP",
  ]
  return names[Int32(signal)] ?? "signal \(signal)"
}
