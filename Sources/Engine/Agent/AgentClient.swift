import CSystem
import Documents
import Foundation
import Glibc
package import Store

/// Asks the agent, and starts one when none answers.
///
/// Every call blocks until the answer is there.
package struct AgentClient: Sendable {
  package let home: Home

  package init(home: Home) {
    self.home = home
  }

  /// Asks and waits for the answer.
  ///
  /// A refusal is thrown as its `Explanation`, and so is why no agent could be reached. An agent that
  /// dies while it is asked is replaced, and asked again: requests say what shall be, so that asking
  /// twice does no harm, except for launches, which are told apart by their token.
  @discardableResult
  package func send(_ request: AgentRequest) throws -> AgentReply {
    let message = try Wire.encode(request)
    for _ in 0..<5 {
      let connection = try connect(startingAgent: true)
      defer { close(connection) }
      guard let reply = try exchange(message, on: connection) else { continue }
      if case .refused(let explanation) = reply { throw explanation }
      return reply
    }
    throw Explanation(
      what: "The agent of \(home.folder) ends again and again.",
      why: "It was started five times and gave no answer.",
      next: "Its last words are in \(home.agentLog); 'lathe doctor' checks the home."
    )
  }

  /// Whether an agent answers now; starts none.
  package func isAgentRunning() -> Bool {
    guard let connection = try? connect(startingAgent: false) else { return false }
    close(connection)
    return true
  }

  private func exchange(_ message: [UInt8], on connection: Int32) throws -> AgentReply? {
    var rest = message[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return nil }
      rest = rest.dropFirst(count)
    }
    var buffer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      if let body = try Wire.take(from: &buffer) {
        return try JSONDecoder().decode(AgentReply.self, from: body)
      }
      let count = read(connection, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return nil }
      buffer += chunk[..<count]
    }
  }

  private func connect(startingAgent: Bool) throws -> Int32 {
    for attempt in 0..<200 {
      let descriptor = socket(
        AF_UNIX,
        Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
        0
      )
      guard descriptor >= 0 else { throw SystemFailure("make a socket", errno) }
      let result = try? Wire.withAddress(of: home.socket) { address, length in
        Glibc.connect(descriptor, address, length)
      }
      if result == 0 { return descriptor }
      close(descriptor)
      guard startingAgent else { break }
      // Another process may be starting the agent just now: its lock tells, and we only wait.
      if attempt % 20 == 0 { try AgentLauncher(home: home).start() } else { usleep(10_000) }
    }
    throw Explanation(
      what: "The agent of \(home.folder) cannot be reached.",
      why: "Nothing answers on \(home.socket).",
      next: "Its last words are in \(home.agentLog); 'lathe doctor' checks the home."
    )
  }
}

/// Starts the agent as a process of its own that outlives this one.
struct AgentLauncher {
  let home: Home

  /// Returns when the agent listens, or when another one holds the lock.
  ///
  /// What keeps it from starting is thrown as an `Explanation`.
  func start() throws {
    try makeFolder(home.folder)
    try makeFolder(home.state)
    var ends: [Int32] = [-1, -1]
    guard lathe_pipe(&ends) == 0 else { throw SystemFailure("make a pipe", errno) }
    defer { close(ends[0]) }
    var pid: pid_t = 0
    let failure = withCStrings(["lathe", "__agent", home.folder, home.state]) { argv in
      withCStrings(AgentLauncher.environment()) { envp in
        lathe_spawn(&pid, "/proc/self/exe", argv, envp, "/", -1, ends[1])
      }
    }
    close(ends[1])
    guard failure == 0 else { throw SystemFailure("start the agent", failure) }
    // The agent writes what keeps it from starting, or nothing, and closes its end.
    var said: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while said.count < 65_536 {
      let count = read(ends[0], &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      said += chunk[..<count]
    }
    if let explanation = try? JSONDecoder().decode(Explanation.self, from: Data(said)) {
      throw explanation
    }
    // The child is the agent's own parent no longer than it starts; nobody waits for it here.
    var status: Int32 = 0
    waitpid(pid, &status, WNOHANG)
  }

  /// What the agent itself needs; steps get theirs from the launch.
  private static func environment() -> [String] {
    let kept = [
      "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_RUNTIME_DIR",
    ]
    let environment = ProcessInfo.processInfo.environment
    return kept.compactMap { name in environment[name].map { "\(name)=\($0)" } }
  }
}
