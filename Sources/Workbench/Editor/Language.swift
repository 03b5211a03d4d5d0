/// The languages that the editor colours and indents.
package enum Language: Sendable, Equatable {
  case plain, python, yaml, json, shell

  /// By the file's name, else by its "#!" line.
  package init(name: String, firstLine: String = "") {
    let base = name.split(separator: "/").last.map { $0.lowercased() } ?? ""
    switch base.split(separator: ".").last {
    case "py", "pyi": self = .python
    case "yaml", "yml", "template": self = .yaml
    case "json", "ipynb": self = .json
    case "sh", "bash", "zsh": self = .shell
    case _ where firstLine.hasPrefix("#!") && firstLine.contains("python"): self = .python
    case _ where firstLine.hasPrefix("#!") && firstLine.hasSuffix("sh"): self = .shell
    default: self = .plain
    }
  }
}

/// One step of indentation.
package enum Indentation: Sendable, Equatable {
  case spaces(Int)
  case tab

  package var text: String {
    switch self {
    case .spaces(let count): String(repeating: " ", count: count)
    case .tab: "\t"
    }
  }

  /// What the first indented lines use, else the language's custom.
  static func found(in lines: [String], language: Language) -> Indentation {
    let usual = language == .python || language == .plain ? 4 : 2
    var tabs = 0
    var least = Int.max
    for line in lines.prefix(500) {
      if line.utf8.first == 0x09 { tabs += 1 }
      let blanks = line.utf8.prefix { $0 == 0x20 }.count
      // One blank is the star of a comment, not a step.
      if blanks > 1, blanks < line.utf8.count { least = min(least, blanks) }
    }
    if tabs > 0, least == .max { return .tab }
    return .spaces(least <= 8 ? least : usual)
  }
}
