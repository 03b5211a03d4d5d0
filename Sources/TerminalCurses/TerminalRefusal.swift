/// Why no screen can be drawn here, in plain words.
package struct TerminalRefusal: Error, Equatable, CustomStringConvertible {
  enum Reason: Equatable {
    case notATerminal
    case noTerm
    case dumb
    case unknown(String)
    case noTerminfo
    case system(Int32)
  }

  let reason: Reason

  init(_ reason: Reason) { self.reason = reason }

  /// What is wrong.
  package var description: String {
    switch reason {
    case .notATerminal: "standard input and output are not both a terminal"
    case .noTerm: "TERM is not set, so it is unknown what this terminal can do"
    case .dumb: "this terminal cannot move its cursor (TERM=dumb)"
    case .unknown(let term): "terminfo does not know this terminal (TERM=\(printable(term)))"
    case .noTerminfo: "there is no terminfo database"
    case .system(let code): "the terminal cannot be watched (error \(code))"
    }
  }

  /// What to do about it.
  package var advice: String {
    switch reason {
    case .notATerminal: "run it in a terminal, or use the commands, which need none"
    case .noTerm, .dumb: "set TERM to what the terminal is, such as xterm-256color"
    case .unknown: "install ncurses-term, or set TERM=xterm-256color"
    case .noTerminfo: "install ncurses-base, or set TERMINFO to a terminfo folder"
    case .system: "use the commands, which need no screen"
    }
  }

  private func printable(_ term: String) -> String {
    String(term.unicodeScalars.prefix(40).map { $0.isASCII && $0.value > 32 ? Character($0) : "?" })
  }
}
