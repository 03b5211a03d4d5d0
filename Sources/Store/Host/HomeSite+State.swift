package import Documents
import Foundation
import Glibc

extension HomeSite {
  /// Why catalog, lock and socket cannot be where a home has them; nil when they can.
  ///
  /// Refused before anything is written: a catalog whose locks do not hold is damaged sooner or later.
  package func stateFault(of home: Home) -> Explanation? {
    if let system = fileSystem(home.state), system.isNetwork {
      return HomeSite.unfit(
        home,
        why: """
          \(home.state) is on a network file system (\(system.type)), where locks, sockets and SQLite's \
          shared memory do not hold: the catalog would be damaged.
          """
      )
    }
    var facts = stat()
    guard stat(home.state, &facts) == 0, home.state != home.folder, facts.st_uid != geteuid()
    else { return nil }
    return Explanation(
      what: "The folder \(home.state) is not yours.",
      why: "It belongs to the user \(facts.st_uid), who could read and change what is in it.",
      next: "Set LATHE_STATE to a folder of your own: \(HomeSite.remedy(home))"
    )
  }

  /// What to say of a lock that could not be taken; nil when somebody else holds it.
  package static func lockFault(_ code: Int32, of home: Home) -> Explanation? {
    if code == EWOULDBLOCK { return nil }
    return unfit(
      home,
      why:
        "Its file system has no working locks (\(home.state): \(String(cString: strerror(code))))."
    )
  }

  /// What to say where SQLite cannot share its memory among processes.
  static func journalFault(of home: Home, mode: String) -> Explanation {
    unfit(
      home,
      why: """
        SQLite cannot keep its write-ahead log on the file system of \(home.state) (its journal mode \
        stays '\(mode)').
        """
    )
  }

  private static func unfit(_ home: Home, why: String) -> Explanation {
    Explanation(
      what: "The state of the home \(home.folder) cannot be kept where it is.",
      why: why,
      next: "Keep it on a local disk: \(remedy(home))"
    )
  }

  /// The line that moves the state to a local disk; a catalog that is there already comes along.
  package static func remedy(_ home: Home) -> String {
    let folder = "/var/tmp/lathe-\(NSUserName())"
    let export = "export LATHE_STATE=\(folder)"
    guard access(home.folder + "/catalog.sqlite", F_OK) == 0 else { return export }
    return
      "mkdir -m 700 \(folder) && cp \(quoted(home.folder))/catalog.sqlite* \(folder)/ && \(export)"
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.replacing("'", with: "'\\''") + "'"
  }
}
