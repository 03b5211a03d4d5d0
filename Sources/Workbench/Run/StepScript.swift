import Pipelines

extension ProcessStep {
  /// The script that the step's command names, relative to the instance: what `e` opens.
  ///
  /// The first word that ends like a script; nil when the command names none.
  var script: String? {
    let words: [String] =
      switch command {
      case .arguments(let texts): texts.compactMap(\.plain)
      case .shell(let text):
        text.parts.flatMap { part -> [String] in
          guard case .literal(let literal) = part else { return [] }
          return literal.split { " \t\n;&|()<>'\"".contains($0) }.map(String.init)
        }
      }
    return words.first { word in
      ProcessStep.endings.contains { word.hasSuffix($0) && word.count > $0.count }
        && isInside(word)
    }
  }

  private static let endings = [".py", ".sh", ".R", ".r", ".jl", ".pl", ".rb", ".js", ".swift"]
}

extension Text {
  fileprivate var plain: String? {
    guard references.isEmpty else { return nil }
    return parts.map { part in
      if case .literal(let literal) = part { literal } else { "" }
    }.joined()
  }
}

/// Whether a relative path stays in the folder that it is relative to.
func isInside(_ path: String) -> Bool {
  !path.isEmpty && !path.hasPrefix("/")
    && !path.split(separator: "/").contains("..") && !path.contains("\0")
}
