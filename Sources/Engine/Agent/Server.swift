import Documents
import Foundation
import Glibc
import Store

/// The agent's socket: reads requests, writes answers, never waits for a client.
final class Server {
  private unowned let agent: Agent
  private let listener: Int32
  private var connections: [Int32: Connection] = [:]
  private var count = 0

  init(agent: Agent) throws {
    self.agent = agent
    let path = agent.home.socket
    unlink(path)
    let opened = socket(
      AF_UNIX,
      Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue),
      0
    )
    guard opened >= 0 else { throw SystemFailure("make a socket", errno) }
    listener = opened
    umask(0o077)
    let failure = try Wire.withAddress(of: path) { address, length in
      bind(opened, address, length) == 0 && listen(opened, 128) == 0 ? 0 : errno
    }
    guard failure == 0 else { throw SystemFailure("listen on \(path)", failure) }
  }

  func start() {
    agent.loop.watch(listener) { [unowned self] _ in accept() }
  }

  private func accept() {
    while true {
      let descriptor = Glibc.accept(listener, nil, nil)
      guard descriptor >= 0 else {
        if errno == EMFILE || errno == ENFILE { pause() }
        return
      }
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
      count += 1
      connections[descriptor] = Connection(descriptor: descriptor, number: count)
      agent.loop.watch(descriptor) { [unowned self] events in serve(descriptor, events) }
    }
  }

  /// Too many open files: clients wait in the queue until some may have been closed.
  private func pause() {
    agent.loop.unwatch(listener)
    agent.loop.after(1) { [unowned self] in start() }
  }

  private func serve(_ descriptor: Int32, _ events: Int16) {
    guard let connection = connections[descriptor] else { return }
    if events & Int16(POLLOUT) != 0 { flush(connection) }
    guard events & Int16(POLLIN | POLLHUP | POLLERR) != 0 else { return }
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let received = read(descriptor, &chunk, chunk.count)
    if received < 0 && (errno == EAGAIN || errno == EINTR) { return }
    guard received > 0 else { return end(connection) }
    connection.received += chunk[..<received]
    do {
      while let body = try Wire.take(from: &connection.received) {
        let request = try JSONDecoder().decode(AgentRequest.self, from: body)
        agent.handle(request) { [number = connection.number] reply, agent in
          agent.server?.send(reply, to: descriptor, number: number)
        }
      }
    } catch {
      // What follows cannot be told from the rest of it.
      send(.refused(Explanation(error)), to: descriptor, number: connection.number)
      end(connection)
    }
  }

  private func send(_ reply: AgentReply, to descriptor: Int32, number: Int) {
    guard let connection = connections[descriptor], connection.number == number,
      let bytes = try? Wire.encode(reply)
    else { return }
    connection.toSend += bytes
    flush(connection)
  }

  private func flush(_ connection: Connection) {
    while !connection.toSend.isEmpty {
      let sent = connection.toSend.withUnsafeBytes {
        Glibc.send(connection.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if sent < 0 && errno == EINTR { continue }
      guard sent > 0 else { break }
      connection.toSend.removeFirst(sent)
    }
    agent.loop.wantsToWrite(connection.descriptor, !connection.toSend.isEmpty)
  }

  private func end(_ connection: Connection) {
    agent.loop.unwatch(connection.descriptor)
    connections[connection.descriptor] = nil
    close(connection.descriptor)
  }
}

/// One client: what it has sent so far, what is still to be sent to it.
final class Connection {
  let descriptor: Int32
  /// Tells a connection from a later one on the same descriptor.
  let number: Int
  var received: [UInt8] = []
  var toSend: [UInt8] = []

  init(descriptor: Int32, number: Int) {
    self.descriptor = descriptor
    self.number = number
  }
}
