import Foundation
import Glibc

/// What becomes of a process and what it starts when its user logs out, and why.
package struct LogoutFacts: Sendable, Equatable {
  /// Where systemd has put the process.
  package enum Place: Sendable { case session, userManager, elsewhere }

  package enum Fate: Sendable {
    /// It goes on.
    case stays
    /// It goes on in a scope of the user's manager, which lingers.
    case needsScope
    /// It is ended.
    case ends
  }

  package var hasSessionManager: Bool
  package var killsUserProcesses: Bool
  /// Whether the user's manager goes on without a session.
  package var isLingering: Bool
  package var user: String
  package var place: Place

  package init(
    hasSessionManager: Bool,
    killsUserProcesses: Bool,
    isLingering: Bool,
    user: String,
    place: Place
  ) {
    self.hasSessionManager = hasSessionManager
    self.killsUserProcesses = killsUserProcesses
    self.isLingering = isLingering
    self.user = user
    self.place = place
  }

  package var fate: Fate {
    guard hasSessionManager else { return .stays }
    return switch place {
    case .elsewhere: .stays
    // The manager of a user who does not linger ends with the last session, and all that is below it.
    case .userManager: isLingering ? .stays : .ends
    case .session: !killsUserProcesses ? .stays : isLingering ? .needsScope : .ends
    }
  }

  /// What this machine says of this process; `root` stands before every path.
  package static func read(root: String = "", user: String = NSUserName()) -> LogoutFacts {
    func isThere(_ path: String) -> Bool { access(root + path, F_OK) == 0 }
    guard isThere("/run/systemd/system") else {
      return LogoutFacts(
        hasSessionManager: false,
        killsUserProcesses: false,
        isLingering: false,
        user: user,
        place: .elsewhere
      )
    }
    return LogoutFacts(
      hasSessionManager: true,
      killsUserProcesses: LogindSettings.read(root: root).kills(user),
      isLingering: !user.contains("/") && isThere("/var/lib/systemd/linger/" + user),
      user: user,
      place: place(in: smallFile(root + "/proc/self/cgroup") ?? "")
    )
  }

  /// The place that `/proc/PID/cgroup` tells of.
  static func place(in text: String) -> Place {
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3, fields[1].isEmpty || fields[1] == "name=systemd" else { continue }
      let parts = fields[2].split(separator: "/")
      if parts.contains(where: { $0.hasPrefix("session-") && $0.hasSuffix(".scope") }) {
        return .session
      }
      if parts.contains(where: { $0.hasPrefix("user@") && $0.hasSuffix(".service") }) {
        return .userManager
      }
    }
    return .elsewhere
  }
}
