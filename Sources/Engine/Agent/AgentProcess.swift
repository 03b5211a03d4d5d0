import CSystem
import Documents
import Foundation
import Glibc
package import Store

/// The agent as a process: one a home, by its lock; started by whoever needs it, ended by nobody.
package enum AgentProcess {
  /// Runs the agent of a home until it is told to end.
  ///
  /// Standard output is the pipe of the process that started it: what keeps the agent from starting is
  /// written there as an `Explanation`; it is closed when the agent listens.
  ///
  /// - Parameters:
  ///   - home: the home.
  ///   - site: what the machine says of its place.
  /// - Returns: the exit status of the process: 2 where the user has to change something first.
  package static func run(home: Home, site: HomeSite = HomeSite()) -> Int32 {
    // It is started by way of /proc/self/exe, and would be listed as that.
    lathe_name_process("lathe-agent")
    do {
      if let fault = site.stateFault(of: home) { throw fault }
      try makeFolder(home.folder)
      try makeFolder(home.state)
      guard let lock = try takeLock(home) else { return 0 }
      defer { close(lock) }
      CgroupSite.prepare()
      try site.claim(home)
      let agent = try Agent(
        home: home,
        executor: RunnerPool(),
        machine: .current(),
        site: site
      )
      let server = try Server(agent: agent)
      agent.server = server
      agent.lock = lock
      agent.watchPlace()
      try redirect(to: home.agentLog)
      server.start()
      agent.recover()
      agent.loop.run(for: agent)
      agent.executor.end()
      // Elsewhere, it is another agent's.
      if agent.isInPlace { unlink(home.socket) }
      return 0
    } catch {
      if let data = try? JSONEncoder().encode(Explanation(error)) {
        try? FileHandle.standardOutput.write(contentsOf: data)
      }
      return error is any Explained ? 2 : 1
    }
  }

  /// Nil when another agent has the home.
  private static func takeLock(_ home: Home) throws -> Int32? {
    let descriptor = open(home.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemFailure("write \(home.lock)", errno) }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
    let failure = errno
    close(descriptor)
    if let fault = HomeSite.lockFault(failure, of: home) { throw fault }
    return nil
  }

  private static func redirect(to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemFailure("write \(path)", errno) }
    dup2(descriptor, 1)
    dup2(descriptor, 2)
    close(descriptor)
  }
}

extension Agent {
  /// Takes up what an earlier agent left.
  func recover() {
    var isAll = false
    do {
      isAll = try adoptRuns()
    } catch {
      log("runs could not be taken up: \(error)")
    }
    recoverStacks()
    if isAll { hasAdopted = true }
    noteChecked()
  }
}
