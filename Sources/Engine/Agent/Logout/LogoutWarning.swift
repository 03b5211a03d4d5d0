package import Documents
import Foundation
import Glibc
package import Store

/// What the first launch of a login session is told where runs end with it.
package enum LogoutWarning {
  /// What to say of runs that a logout ends; nil where they go on.
  package static func words(_ facts: LogoutFacts) -> Explanation? {
    guard facts.fate == .ends else { return nil }
    return Explanation(
      what: "Runs end when you log out.",
      why: facts.place == .session
        ? "Lingering is off, and this machine ends a user's processes at logout."
        : "Lingering is off, and what your session manager started ends with your last session.",
      next: "loginctl enable-linger \(facts.user)"
    )
  }

  /// The warning, the first time that it is asked for in a session; nil afterwards.
  ///
  /// A file in the session's own folder, else in the home's state, remembers that it was said.
  package static func firstOfSession(
    _ facts: LogoutFacts = .read(),
    environment: [String: String],
    home: Home,
    boot: String = HostIdentity.current.boot
  ) -> Explanation? {
    guard let words = words(facts) else { return nil }
    let folder = environment["XDG_RUNTIME_DIR"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    let file = (folder ?? home.state) + "/lathe-logout-warning"
    let session = boot + " " + (environment["XDG_SESSION_ID"] ?? "") + "\n"
    if smallFile(file) == session { return nil }
    // Where it cannot be remembered it is said again.
    try? makeFolder(folder ?? home.state)
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    if descriptor >= 0 {
      _ = write(descriptor, session, session.utf8.count)
      close(descriptor)
    }
    return words
  }
}
