package import Documents
import Foundation
package import Store

/// The line of a user's crontab that starts a home's agent after the machine's start.
package struct CrontabLine: Sendable, Equatable {
  package let text: String
  /// What the line ends with, by which it is found again.
  private let mark: String

  /// Throws an `Explanation` for paths that no crontab can hold.
  package init(home: Home, program: String, userHome: String) throws(Explanation) {
    let words = [program, "__agent", home.folder, home.state]
    guard words.allSatisfy({ $0.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 } })
    else {
      throw Explanation(
        what: "The crontab cannot name this home.",
        why: "A path has a line break or another control character in it.",
        next: "Use a home with a plain path: LATHE_HOME=..."
      )
    }
    mark = "# lathe-agent\(ServiceUnit.suffix(home, userHome: userHome))"
    // Cron makes a line break of "%".
    let quoted = words.map {
      "'" + $0.replacing("'", with: "'\\''").replacing("%", with: "\\%") + "'"
    }
    text = "@reboot exec \(quoted.joined(separator: " ")) >/dev/null 2>&1 \(mark)"
  }

  /// A crontab with this line in it, once.
  package func added(to table: String) -> String {
    var lines = CrontabLine.lines(table)
    guard let place = lines.firstIndex(where: isOurs) else {
      return (lines + [text]).map { $0 + "\n" }.joined()
    }
    lines[place] = text
    return lines.enumerated().filter { $0.offset == place || !isOurs($0.element) }
      .map { $0.element + "\n" }.joined()
  }

  /// A crontab without this line.
  package func removed(from table: String) -> String {
    CrontabLine.lines(table).filter { !isOurs($0) }.map { $0 + "\n" }.joined()
  }

  package func isIn(_ table: String) -> Bool { CrontabLine.lines(table).contains(where: isOurs) }

  private func isOurs(_ line: String) -> Bool {
    line.hasPrefix("@reboot ") && line.hasSuffix(" " + mark)
  }

  private static func lines(_ table: String) -> [String] {
    var lines = table.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}
