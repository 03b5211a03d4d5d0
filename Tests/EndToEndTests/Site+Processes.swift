import Foundation

extension Site {
  /// The step runners of this home, idle ones as well.
  ///
  /// They carry no sign of their home: they are the agent's children, or have claimed an attempt.
  var runners: [pid_t] {
    let agent = self.agent
    return Site.all { $0.split(separator: " ").dropFirst().first == "__runner" }.filter {
      (agent != nil && Site.parent(of: $0) == agent) || hasOpened(by: $0)
    }
  }

  /// Whatever descends from a script of this home.
  var scripts: [pid_t] { processes { $0.contains("LATHE_ATTEMPT=\(home)/") } }

  private func hasOpened(by process: pid_t) -> Bool {
    let files = FileManager.default
    let folder = "/proc/\(process)/fd"
    return ((try? files.contentsOfDirectory(atPath: folder)) ?? []).contains {
      (try? files.destinationOfSymbolicLink(atPath: "\(folder)/\($0)"))?.hasPrefix(home) == true
    }
  }

  private static func all(_ isMeant: (String) -> Bool) -> [pid_t] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { pid_t($0) }.filter { isMeant(words("/proc/\($0)/cmdline")) }
  }

  private static func parent(of process: pid_t) -> pid_t? {
    // Behind the command's name, which stands in brackets: the state, then the parent.
    let stat = words("/proc/\(process)/stat")
    guard let bracket = stat.lastIndex(of: ")") else { return nil }
    return stat[bracket...].split(separator: " ").dropFirst(2).first.flatMap { pid_t($0) }
  }
}
