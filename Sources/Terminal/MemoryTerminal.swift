/// A terminal door in memory: hands over the events that it was given and keeps what it was shown.
package final class MemoryTerminal: TerminalDoor {
  package private(set) var size: Size
  /// Always -1: there is nothing to wait for.
  package let descriptor: Int32 = -1
  package let glyphs: GlyphSet
  package var hasColors = true
  /// Whether the mouse's plain moves were asked for last.
  package private(set) var reportsMoves = false
  /// Every frame, oldest first.
  package private(set) var shown: [Screen] = []
  /// What was put on the clipboard, oldest first.
  package private(set) var copied: [String] = []
  /// What the desktop was told, oldest first.
  package private(set) var notices: [String] = []
  /// How often the terminal was given away.
  package private(set) var suspensions = 0
  private var queue: [TerminalEvent] = []

  package init(size: Size = Size(width: 80, height: 24), glyphs: GlyphSet = .braille) {
    self.size = size
    self.glyphs = glyphs
  }

  /// Queues events; a resize takes effect when it is handed over.
  package func send(_ events: TerminalEvent...) { queue += events }

  /// Queues a key for each character.
  package func type(_ text: String) { queue += text.map { .key(Key($0)) } }

  package func events() -> [TerminalEvent] {
    let events = queue
    queue = []
    for case .resize(let size) in events { self.size = size }
    return events
  }

  /// The last frame, nil before the first.
  package var screen: Screen? { shown.last }

  package func show(_ screen: Screen) { shown.append(screen) }
  package func copy(_ text: String) { copied.append(text) }

  package func reportMoves(_ on: Bool) { reportsMoves = on }

  package func notify(_ text: SafeText) { notices.append(text.string) }

  package func suspend(_ body: () -> Void) {
    suspensions += 1
    body()
  }
}
