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
      let connection = try connected()
      defer { close(connection) }
      guard let reply = try exchange(message, on: connection) else { continue }
      if case .refused(let explanation) = reply { throw explanation }
      return reply
    }
    throw AgentUnreachable(
      Explanation(
        what: "The agent of \(home.folder) ends again and again.",
        why: "It was started five times and gave no answer.",
        next: "Its last words are in \(home.agentLog); 'lathe doctor' checks the home."
      )
    )
  }

  /// A connection to the agent, which is started where none lives.
  private func connected() throws -> Int32 {
    do {
      return try connect(startingAgent: true)
    } catch {
      throw AgentUnreachable(error)
    }
  }

  /// Asks the agent that lives; nil when none does: none is started.
  package func sendToLiving(_ request: AgentRequest) throws -> AgentReply? {
    let message = try Wire.encode(request)
    guard let connection = try? connect(startingAgent: false) else { return nil }
    defer { close(connection) }
    let reply = try exchange(message, on: connection)
    if case .refused(let explanation) = reply { throw explanation }
    return reply
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

  func connect(startingAgent: Bool) throws -> Int32 {
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
