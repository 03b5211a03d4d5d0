import Foundation
import Terminal

/// Reads a log's SGR colours and nothing else of what it says to a terminal.
///
/// Every other escape sequence is left to `SafeText`, which makes it harmless.
package struct LogStyle: Sendable, Equatable {
  private var style = Style.normal

  package init() {}

  /// One line with its colours, which go on into the next line as they do on a terminal.
  package mutating func line(_ text: some StringProtocol) -> Line {
    var line = Line()
    var rest = text.last == "\r" ? text.dropLast() : text[...]
    while let escape = rest.range(of: "\u{1b}[") {
      let before = rest[..<escape.lowerBound]
      let codes = rest[escape.upperBound...].prefix { $0.isNumber || $0 == ";" }
      guard codes.endIndex < rest.endIndex, rest[codes.endIndex] == "m" else {
        line += Line(SafeText(hostile: rest[..<escape.upperBound]), style)
        rest = rest[escape.upperBound...]
        continue
      }
      line += Line(SafeText(hostile: before), style)
      for code in codes.split(separator: ";", omittingEmptySubsequences: false) {
        take(Int(code) ?? 0)
      }
      rest = rest[rest.index(after: codes.endIndex)...]
    }
    return line + Line(SafeText(hostile: rest), style)
  }

  private mutating func take(_ code: Int) {
    switch code {
    case 0: style = .normal
    case 1: style.bold = true
    case 22: style.bold = false
    case 4: style.underline = true
    case 24: style.underline = false
    case 7: style.reverse = true
    case 27: style.reverse = false
    case 2, 30, 90: style.color = .dim
    case 31, 91: style.color = .bad
    case 32, 92: style.color = .good
    case 33, 93: style.color = .warning
    case 34, 94: style.color = .accent
    case 35, 95: style.color = .series3
    case 36, 96: style.color = .running
    case 37, 39, 97: style.color = .normal
    default: break
    }
  }
}
