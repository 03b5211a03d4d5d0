import Foundation

/// What systemd's login manager is told to do with a user's processes at logout.
struct LogindSettings: Equatable {
  /// Nil where nothing says it.
  var killsUserProcesses: Bool?
  /// Those whose processes stay in any case.
  var excluded: Set<String> = ["root"]
  /// Those whose processes alone are ended; empty: everybody's.
  var only: Set<String> = []

  /// Reads `logind.conf` and its drop-ins below `root`, later ones over earlier ones as systemd does.
  static func read(root: String) -> LogindSettings {
    let folders = ["/etc", "/run", "/usr/local/lib", "/usr/lib"].map { root + $0 + "/systemd" }
    var settings = LogindSettings()
    if let main = folders.lazy.compactMap({ text($0 + "/logind.conf") }).first {
      // A line that is commented out tells the default that this systemd was built with.
      settings.take(main, comments: true)
      settings.take(main)
    }
    // Of two drop-ins of one name, that of the folder that comes first counts.
    var dropIns: [String: String] = [:]
    for folder in folders.reversed() {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/logind.conf.d"))
      for name in names ?? [] where name.hasSuffix(".conf") {
        dropIns[name] = folder + "/logind.conf.d/" + name
      }
    }
    for (_, path) in dropIns.sorted(by: { $0.key < $1.key }) {
      if let text = text(path) { settings.take(text) }
    }
    return settings
  }

  /// Takes the settings of a file, or those that it has commented out.
  mutating func take(_ text: String, comments: Bool = false) {
    var isLogin = false
    for line in text.split(whereSeparator: \.isNewline) {
      var words = line.trimmingCharacters(in: .whitespaces)
      if words.hasPrefix("[") {
        isLogin = words == "[Login]"
        continue
      }
      let isComment = words.hasPrefix("#") || words.hasPrefix(";")
      if isComment { words = words.dropFirst().trimmingCharacters(in: .whitespaces) }
      guard isComment == comments, isLogin, let equals = words.firstIndex(of: "=") else { continue }
      let value = words[words.index(after: equals)...].trimmingCharacters(in: .whitespaces)
      let users = Set(value.split(separator: " ").map(String.init))
      switch words[..<equals].trimmingCharacters(in: .whitespaces) {
      case "KillUserProcesses":
        killsUserProcesses = ["yes", "true", "on", "1", "y", "t"].contains(value.lowercased())
      case "KillExcludeUsers" where !comments: excluded = users
      case "KillOnlyUsers" where !comments: only = users
      default: break
      }
    }
  }

  func kills(_ user: String) -> Bool {
    // What the project itself sets where a distribution says nothing.
    guard killsUserProcesses ?? true else { return false }
    if excluded.contains(user) { return false }
    return only.isEmpty || only.contains(user)
  }

  private static func text(_ path: String) -> String? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    return (try? file.read(upToCount: 1 << 20)).flatMap { $0 }.map {
      String(decoding: $0, as: UTF8.self)
    }
  }
}
