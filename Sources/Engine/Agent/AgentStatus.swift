package import Foundation
import Glibc
import Store

/// What an agent tells of itself.
package struct AgentStatus: Sendable, Codable, Equatable {
  package var pid: Int
  package var version: String
  /// The program that it is; another one may lie at that path by now.
  package var program: String
  package var started: Date
  package var host: String
  /// Runs that are not over, and how many of those wait for their first step.
  package var active: Int
  package var queued: Int
  /// Steps whose runner is at work.
  package var steps: Int
  /// Resident bytes of the agent itself.
  package var memory: Int
  /// Whether it and what it started goes on when its user logs out.
  package var outlivesLogout: Bool

  package init(
    pid: Int,
    version: String = latheVersion,
    program: String,
    started: Date,
    host: String,
    active: Int,
    queued: Int,
    steps: Int,
    memory: Int,
    outlivesLogout: Bool
  ) {
    self.pid = pid
    self.version = version
    self.program = program
    self.started = started
    self.host = host
    self.active = active
    self.queued = queued
    self.steps = steps
    self.memory = memory
    self.outlivesLogout = outlivesLogout
  }
}

extension Agent {
  func status() -> AgentStatus {
    let active = runs.values.filter(\.run.status.isActive)
    return AgentStatus(
      pid: Int(getpid()),
      program: OwnProgram.path ?? "",
      started: started,
      host: site.host.name,
      active: active.count,
      queued: active.count { $0.run.status == .queued },
      steps: active.reduce(0) { $0 + $1.activeNames.count },
      memory: residentBytes(),
      outlivesLogout: LogoutFacts.read().fate == .stays
    )
  }

  private func residentBytes() -> Int {
    let fields = (smallFile("/proc/self/statm") ?? "").split(separator: " ")
    return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * sysconf(Int32(_SC_PAGESIZE))
  }
}

/// The program that this process is.
enum OwnProgram {
  /// Where it was started from; nil when that file is no more, or another one.
  static var path: String? {
    guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
      !path.hasSuffix(" (deleted)")
    else { return nil }
    return path
  }
}
