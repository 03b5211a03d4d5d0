import CSystem
import Documents
import Foundation
import Glibc
import Store

/// Starts the agent as a process of its own that outlives this one.
struct AgentLauncher {
  let home: Home
  var logout = LogoutFacts.read()
  var environment = ProcessInfo.processInfo.environment
  /// The program to start; nil: the one that this process is, even when its file was replaced.
  var program: String?
  /// Seconds that systemd gets to make a scope.
  var patience = 5.0

  /// Returns when the agent listens, or when another one holds the lock.
  ///
  /// Where a logout would end it, it gets a scope of its own, if systemd makes one in time. What keeps it
  /// from starting is thrown as an `Explanation`.
  func start() throws {
    try makeFolder(home.folder)
    try makeFolder(home.state)
    if logout.fate == .needsScope, try startInScope() { return }
    let child = try spawn(program ?? "/proc/self/exe", ["lathe"] + arguments)
    defer { close(child.output) }
    try takeExplanation(read(child.output, until: nil).said, of: child.pid)
    // The child is the agent's own parent no longer than it starts; nobody waits for it here.
    var status: Int32 = 0
    waitpid(child.pid, &status, WNOHANG)
  }

  private var arguments: [String] { ["__agent", home.folder, home.state] }

  // MARK: A scope of its own

  /// False when it has to be started without one.
  private func startInScope() throws -> Bool {
    guard let program = program ?? OwnProgram.path,
      let systemd = ChildProcess.executable("systemd-run", environment: environment, folder: "/")
    else { return false }
    let name = "--unit=lathe-agent-\(getpid())-"
    // A step that runs out of memory must not end the others; older systemds do not know the setting.
    for extra in [["--property=OOMPolicy=continue"], []] {
      let unit = name + String(UInt32.random(in: .min ... .max), radix: 16)
      let words = ["systemd-run", "--user", "--scope", "--quiet", "--collect", unit] + extra
      if try isStarted(systemd, words + ["--", program] + arguments) { return true }
    }
    return false
  }

  /// Whether there is an agent after this; the words of a systemd that refuses are nobody's concern.
  private func isStarted(_ systemd: String, _ words: [String]) throws -> Bool {
    let child = try spawn(systemd, words)
    defer { close(child.output) }
    let (said, isOver) = read(child.output, until: monotonicSeconds() + patience)
    var status: Int32 = 0
    guard isOver else {
      kill(child.pid, SIGKILL)
      while waitpid(child.pid, &status, 0) < 0 && errno == EINTR {}
      return false
    }
    try takeExplanation(said, of: child.pid)
    // It has closed its output because it listens, or because it has ended.
    if AgentClient(home: home).isAgentRunning() {
      waitpid(child.pid, &status, WNOHANG)
      return true
    }
    while waitpid(child.pid, &status, 0) < 0 && errno == EINTR {}
    // Another agent was quicker.
    return status == 0
  }

  // MARK: The process

  private func spawn(
    _ program: String,
    _ words: [String]
  ) throws -> (pid: pid_t, output: Int32) {
    var ends: [Int32] = [-1, -1]
    guard lathe_pipe(&ends) == 0 else { throw SystemFailure("make a pipe", errno) }
    var pid: pid_t = 0
    let failure = withCStrings(words) { argv in
      withCStrings(variables) { envp in
        lathe_spawn(&pid, program, argv, envp, "/", -1, ends[1])
      }
    }
    close(ends[1])
    guard failure == 0 else {
      close(ends[0])
      throw SystemFailure("start the agent", failure)
    }
    return (pid, ends[0])
  }

  /// What comes until the output is closed, or until a time of the clock that never steps.
  private func read(_ output: Int32, until end: Double?) -> (said: [UInt8], isOver: Bool) {
    var said: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while said.count < 65_536 {
      if let end {
        var entry = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        let left = end - monotonicSeconds()
        guard left > 0 else { return (said, false) }
        guard poll(&entry, 1, Int32((left * 1000).rounded(.up))) > 0 else { continue }
      }
      let count = Glibc.read(output, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      said += chunk[..<count]
    }
    return (said, true)
  }

  /// The agent writes what keeps it from starting, or nothing, and closes its end.
  private func takeExplanation(_ said: [UInt8], of child: Int32) throws {
    if let explanation = try? JSONDecoder().decode(Explanation.self, from: Data(said)) {
      // It ends with its last word.
      while waitpid(child, nil, 0) < 0 && errno == EINTR {}
      throw explanation
    }
  }

  /// What the agent itself needs; steps get theirs from the launch.
  private var variables: [String] {
    let kept = [
      "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_RUNTIME_DIR",
      "DBUS_SESSION_BUS_ADDRESS",
    ]
    return kept.compactMap { name in environment[name].map { "\(name)=\($0)" } }
  }
}
