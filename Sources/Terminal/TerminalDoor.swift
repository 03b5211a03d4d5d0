/// The seam between the workbench and a real terminal: shows frames and hands over what was typed.
///
/// `CursesTerminal` is the real one; tests use a door in memory. The workbench's loop sleeps in
/// `poll` on `descriptor` (and its own wake-ups) and calls `events()` when it is readable.
package protocol TerminalDoor: AnyObject {
  var size: Size { get }
  /// Readable when `events()` would return something.
  var descriptor: Int32 { get }
  /// Everything that has arrived; never waits.
  func events() -> [TerminalEvent]
  /// Shows a frame; only what differs from the last one is sent.
  func show(_ screen: Screen)
  /// Puts text on the user's clipboard (OSC 52), where the terminal allows it.
  func copy(_ text: String)
  /// Tells the user's desktop (OSC 9), where the terminal can.
  func notify(_ text: SafeText)
  /// Gives the terminal back while `body` runs another full-screen program ($EDITOR, a shell).
  func suspend(_ body: () -> Void)
  /// Whether the terminal can show braille and other Unicode glyphs.
  var glyphs: GlyphSet { get }
  /// Whether what differs in colour alone can be told apart.
  var hasColors: Bool { get }
  /// Asks for the mouse's moves without a button too, or no longer; drags and clicks always come.
  func reportMoves(_ on: Bool)
}
