package import Documents
import Foundation
package import Store
import Terminal

/// How an error reads on standard error: three lines, or findings as a compiler prints them.
package enum ErrorReport {
  /// The lines of any error; `source` gives a file's text, for the line under a finding.
  package static func lines(
    for error: any Error,
    source: (_ file: String) -> String? = { _ in nil }
  ) -> [Line] {
    if let invalid = error as? InvalidDocument {
      return findings(invalid.diagnostics, file: invalid.file, source: source(invalid.file))
        + [labelled(" next: ", invalid.next)]
    }
    let explanation = Explanation(error)
    var lines = [labelled("error: ", explanation.what, .bad)]
    if !explanation.why.isEmpty { lines += block("  why: ", explanation.why) }
    if !explanation.next.isEmpty { lines += block(" next: ", explanation.next) }
    return lines
  }

  /// What somebody has to know who reads what may be behind the times.
  package static func warnings(of spaces: [FreeSpace]) -> [Line] {
    spaces.filter(\.isFull).flatMap { space in
      [labelled("warning: ", "The disk of \(space.path) is full.", .warning)]
        + block(
          "  why: ",
          "Only \(bytesText(space.free).string) are free: what happens now is not written down."
        )
        + block(" next: ", "Free some space: the agent waits, and goes on by itself.")
    }
  }

  /// `FILE:LINE:COLUMN: error: MESSAGE`, the line it stands in, and a caret under the place; of very many the
  /// first ones.
  package static func findings(
    _ diagnostics: [Diagnostic],
    file: String,
    source: String?
  ) -> [Line] {
    let text = source.map { $0.split(separator: "\n", omittingEmptySubsequences: false) }
    let errors = diagnostics.indices.filter { diagnostics[$0].severity == .error }
    let warnings = diagnostics.indices.filter { diagnostics[$0].severity != .error }
    let shown = Set(errors.prefix(mostFindings) + warnings.prefix(mostFindings))
    let more = [(errors.count, "error"), (warnings.count, "warning")].compactMap { count, word in
      count > mostFindings
        ? "\(count - mostFindings) more \(word)\(count == mostFindings + 1 ? "" : "s")" : nil
    }
    let rest = more.isEmpty ? [] : [Line("and \(more.joined(separator: " and "))", .dim)]
    var lists: Set<String> = []
    return diagnostics.enumerated().filter { shown.contains($0.offset) }.flatMap {
      _,
      finding -> [Line] in
      let style: Style = finding.severity == .error ? .bad : .warning
      let label = SafeText(hostile: finding.severity.rawValue + ": ")
      var head = Line("\(file):\(finding.place.line):\(finding.place.column): ", .bold)
      head += Line(label, style.bolded())
      head += Line(SafeText(hostile: finding.message))
      // What there is to choose from is listed once.
      let isTold = finding.hint.hasPrefix("There are: ") && !lists.insert(finding.hint).inserted
      if !finding.hint.isEmpty, !isTold { head += Line(" \(finding.hint)") }
      guard let text, text.indices.contains(finding.place.line - 1) else { return [head] }
      let line = text[finding.place.line - 1]
      let number = String(finding.place.line)
      let before = String.UnicodeScalarView(line.unicodeScalars.prefix(finding.place.column - 1))
      let indent = SafeText(hostile: String(before)).width
      let margin = SafeText.blanks(5 - min(5, number.count)) + "\(number) | "
      let under = SafeText.blanks(max(5, number.count)) + " | " + SafeText.blanks(indent)
      return [
        head, Line(margin, .dim) + Line(SafeText(hostile: line)),
        Line(under, .dim) + Line("^", style.bolded()),
      ]
    } + rest
  }

  /// Of errors and of warnings; a file of another program could have any number.
  private static let mostFindings = 10

  package static func json(for error: any Error) -> JSON {
    if let invalid = error as? InvalidDocument {
      return [
        "error": JSON(invalid.what), "next": JSON(invalid.next), "file": JSON(invalid.file),
        "findings": .array(invalid.diagnostics.map { $0.json(file: invalid.file) }),
      ]
    }
    let explanation = Explanation(error)
    return [
      "error": JSON(explanation.what), "why": JSON(explanation.why),
      "next": JSON(explanation.next),
    ]
  }

  private static func labelled(_ label: SafeText, _ text: String, _ style: Style = .dim) -> Line {
    Line(label, style.bolded(style == .bad)) + Line(SafeText(hostile: text))
  }

  private static func block(_ label: SafeText, _ text: String) -> [Line] {
    text.split(separator: "\n").enumerated().map { index, line in
      Line(index == 0 ? label : SafeText.blanks(label.width), .dim)
        + Line(SafeText(hostile: line))
    }
  }
}

extension Diagnostic {
  func json(file: String) -> JSON {
    [
      "file": JSON(file), "line": JSON(place.line), "column": JSON(place.column),
      "severity": JSON(severity.rawValue), "message": JSON(message), "hint": JSON(hint),
    ]
  }
}
