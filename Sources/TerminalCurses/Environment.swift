import CNcurses
import Glibc
import Terminal

/// What the environment says of the terminal.
enum Environment {
  /// The terminfo name to use.
  ///
  /// Terminals that are newer than this machine's terminfo and call themselves by their own name are
  /// taken for what they all imitate.
  static func term() throws -> String {
    guard let given = value("TERM") else { throw TerminalRefusal(.noTerm) }
    guard given != "dumb", given != "unknown" else { throw TerminalRefusal(.dumb) }
    let known = lathe_curses_knows(given)
    if known == 1 { return given }
    let imitators = [
      "xterm", "tmux", "screen", "alacritty", "foot", "ghostty", "kitty", "rxvt", "wezterm",
      "contour", "st-", "konsole", "vte", "iterm",
    ]
    if imitators.contains(where: given.hasPrefix) {
      for stand in ["xterm-256color", "xterm"] where lathe_curses_knows(stand) == 1 { return stand }
    }
    throw TerminalRefusal(known == 0 ? .unknown(given) : .noTerminfo)
  }

  static func value(_ name: String) -> String? {
    guard let pointer = getenv(name) else { return nil }
    let text = String(cString: pointer)
    return text.isEmpty ? nil : text
  }

  struct Locale {
    let isUTF8: Bool

    /// The finest glyphs that the character table and the terminal have, or those in LATHE_GLYPHS.
    func glyphs(term: String) -> GlyphSet {
      GlyphSet.probed(term: term, isUTF8: isUTF8, chosen: value("LATHE_GLYPHS")) {
        Int(lathe_curses_width(wchar_t($0)))
      }
    }
  }

  /// Takes the user's characters, and nothing else of the locale: numbers stay as they are.
  static func startLocale() -> Locale {
    setlocale(LC_CTYPE, "")
    let named = ["LC_ALL", "LC_CTYPE", "LANG"].contains { value($0) != nil }
    // Over SSH and in containers no locale is set at all; the terminal is UTF-8 all the same.
    if !named || setlocale(LC_CTYPE, "") == nil { setlocale(LC_CTYPE, "C.UTF-8") }
    guard let codeset = nl_langinfo(Int32(CODESET)) else { return Locale(isUTF8: false) }
    return Locale(isUTF8: String(cString: codeset) == "UTF-8")
  }
}
