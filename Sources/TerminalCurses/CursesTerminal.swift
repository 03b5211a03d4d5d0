import CNcurses
import CSystem
import Glibc
package import Terminal

/// The real terminal: curses draws, and our own parser reads the keyboard and the mouse.
///
/// A class because it is the terminal session: one at a time in a process, from `open()` to
/// `close()`. All of it belongs to the main thread. Whatever ends the process, the terminal's modes
/// are put back: by `close()`, or by a handler that only makes async-signal-safe calls.
package final class CursesTerminal: TerminalDoor {
  package private(set) var size: Size
  package let glyphs: GlyphSet

  private let palette: Palette
  /// What gives the terminal back, in one piece.
  private let undo: String
  private var parser = InputParser()
  private var clicks = ClickCounter()
  /// What the terminal shows; nil when that is not known.
  private var last: Screen?
  private var resized: Int64 = .min
  /// Whether the mouse's plain moves are asked for.
  private var reportsMoves = false
  private var isGone = false
  private var isOpen = true

  /// Opens the terminal on standard input and output and clears it.
  ///
  /// Throws `TerminalRefusal` where no screen can be drawn; nothing was changed then.
  package static func open() throws -> CursesTerminal {
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
      throw TerminalRefusal(.notATerminal)
    }
    return try CursesTerminal(term: try Environment.term(), locale: Environment.startLocale())
  }

  private init(term: String, locale: Environment.Locale) throws {
    guard lathe_terminal_remember() == 0 else { throw TerminalRefusal(.notATerminal) }
    guard lathe_curses_open(term) == 0 else { throw TerminalRefusal(.unknown(term)) }
    glyphs = locale.glyphs(term: term)
    size = Self.kernelSize()
    lathe_curses_resize(Int32(size.height), Int32(size.width))
    def_prog_mode()
    // Until it was left once, curses 6.4 writes before each move of the cursor: 200 writes a frame.
    endwin()
    var undo = Modes.off
    for name in ["sgr0", "cnorm", "rmcup"] {
      undo += Modes.withoutPadding(lathe_curses_string(name))
    }
    self.undo = undo
    guard lathe_terminal_begin(undo, undo.utf8.count) == 0 else {
      endwin()
      throw TerminalRefusal(.system(errno))
    }
    // The first refresh enters the alternate screen; only then may modes be switched.
    lathe_curses_clear()
    lathe_curses_send(0, -1)
    // Started before, that refresh would reset the terminal's own colours, which the user may have set.
    palette = Palette.start()
    raw(Modes.on)
  }

  deinit { close() }

  /// Gives the terminal back for good; calling it again does nothing.
  package func close() {
    guard isOpen else { return }
    isOpen = false
    if !isGone {
      raw(Modes.off)
      endwin()
    }
    lathe_terminal_end()
  }

  package var descriptor: Int32 { lathe_terminal_descriptor() }

  // MARK: Events

  package func events() -> [TerminalEvent] {
    guard isOpen, !isGone else { return [] }
    let seen = lathe_terminal_look()
    var events: [TerminalEvent] = []
    if seen & Int32(LATHE_TERMINAL_RESUMED) != 0 { resume() }
    if seen & Int32(LATHE_TERMINAL_INPUT) != 0 {
      events += readInput()
    } else if seen & Int32(LATHE_TERMINAL_ESCAPE) != 0 {
      events += parser.timeout()
    }
    // The size is looked at after a stop, too: the window may have changed meanwhile.
    if seen & Int32(LATHE_TERMINAL_RESIZED | LATHE_TERMINAL_SETTLED | LATHE_TERMINAL_RESUMED) != 0 {
      if let size = resize() { events.append(.resize(size)) }
    }
    if seen & Int32(LATHE_TERMINAL_GONE) != 0, !isGone { events += hangUp() }
    return events.map(counted)
  }

  private func readInput() -> [TerminalEvent] {
    var events: [TerminalEvent] = []
    var bytes = [UInt8](repeating: 0, count: 4096)
    // A paste of megabytes comes in many reads; the rest is for the next call.
    for _ in 0..<64 {
      let count = lathe_terminal_read(&bytes, bytes.count)
      if count < 0 { return events + hangUp() }
      if count == 0 { break }
      events += parser.feed(bytes[..<count])
    }
    lathe_terminal_arm(Int32(LATHE_TIMER_ESCAPE), parser.isWaiting ? 30 : 0)
    return events
  }

  private func hangUp() -> [TerminalEvent] {
    isGone = true
    lathe_terminal_forget_input()
    return [.hangup]
  }

  private func counted(_ event: TerminalEvent) -> TerminalEvent {
    guard case .mouse(let mouse) = event else { return event }
    return .mouse(clicks.count(mouse, milliseconds: Self.now()))
  }

  // MARK: Frames

  package func show(_ screen: Screen) {
    guard isOpen, !isGone else { return }
    // Stopped and continued since the last events: not a byte may reach the shell's screen.
    if lathe_terminal_take_undone() != 0 {
      lathe_curses_return()
      lathe_curses_reset()
      enterModes()
      last = nil
    }
    if screen.bell { raw("\u{07}") }
    let known = last?.size == screen.size ? last : nil
    if known == nil { lathe_curses_clear() }
    let hasNew = known.map { putNew(screen, over: $0) } ?? putAll(screen)
    let changed = known?.cursor != screen.cursor || hasNew
    last = screen
    guard changed else { return }
    let cursor = screen.cursor.flatMap { screen.bounds.contains($0) ? $0 : nil }
    // Synchronized output: the terminal shows the frame at once or, if it does not know how, as
    // it comes.
    raw("\u{1B}[?2026h")
    lathe_curses_send(Int32(cursor?.y ?? 0), Int32(cursor?.x ?? -1))
    raw("\u{1B}[?2026l")
  }

  /// Puts the cells that differ from the known ones, on a screen of one size; whether there were any.
  private func putNew(_ screen: Screen, over known: Screen) -> Bool {
    let (width, own) = (min(screen.size.width, size.width), screen.size.width)
    var hasNew = false
    // Through the buffers, because most cells are only compared: a copy of a cell costs more.
    screen.cells.withUnsafeBufferPointer { cells in
      known.cells.withUnsafeBufferPointer { old in
        for y in 0..<min(screen.size.height, size.height) {
          for x in 0..<width {
            let index = y * own + x
            if old[index].isSame(as: cells[index]) { continue }
            guard let character = cells[index].text else { continue }
            put(character, cells[index].style, x: x, y: y, width: width)
            hasNew = true
          }
        }
      }
    }
    return hasNew
  }

  /// So many blanks and fewer are written over: that is less than a move of the cursor.
  private static let widestGap = 12

  /// Puts all cells on the erased screen, of which most are blank: those are there already.
  ///
  /// Those in narrow gaps look like what stands before them, so that no colour is switched for them.
  private func putAll(_ screen: Screen) -> Bool {
    let (width, own) = (min(screen.size.width, size.width), screen.size.width)
    screen.cells.withUnsafeBufferPointer { cells in
      for y in 0..<min(screen.size.height, size.height) {
        // The last cell that was put, where a blank would look the same in its style.
        var before: (x: Int, style: Style)?
        for x in 0..<width {
          let index = y * own + x
          if palette.isBlankErased, cells[index].isBlank { continue }
          let style = cells[index].style
          guard let character = cells[index].text else {
            // The right half of the one before.
            before?.x = x
            continue
          }
          if let before, x - before.x - 1 <= Self.widestGap {
            for gap in before.x + 1..<x { put(" ", before.style, x: gap, y: y, width: width) }
          }
          put(character, style, x: x, y: y, width: width)
          before = palette.hidesBlanks(style) ? (x, style) : nil
        }
      }
    }
    return true
  }

  private func put(_ character: Character, _ style: Style, x: Int, y: Int, width: Int) {
    let look = palette.look(of: style, isLine: CursesCell.isUpright(character))
    if let plain = CursesCell.plain(character, glyphs: glyphs) {
      lathe_curses_put_one(Int32(y), Int32(x), plain, look.attributes, look.pair)
      return
    }
    for part in CursesCell.parts(of: character, glyphs: glyphs) where x + part.offset < width {
      lathe_curses_put(Int32(y), Int32(x + part.offset), part.text, look.attributes, look.pair)
    }
  }

  /// Draws the last frame again on a terminal that may show anything.
  private func redraw() {
    guard let screen = last else { return }
    last = nil
    show(screen)
  }

  // MARK: Sizes, stops and guests

  /// The new size, nil if it is the old one or if it is not yet told.
  ///
  /// The first change is told at once; those within 50 ms of the last one wait until then.
  private func resize() -> Size? {
    let new = Self.kernelSize()
    guard new != size else { return nil }
    let now = Self.now()
    if resized != .min, now - resized < 50 {
      lathe_terminal_arm(Int32(LATHE_TIMER_RESIZE), Int32(50 - (now - resized)))
      return nil
    }
    resized = now
    size = new
    lathe_curses_resize(Int32(new.height), Int32(new.width))
    last = nil
    return new
  }

  private func resume() {
    if lathe_terminal_take_undone() != 0 { lathe_curses_return() }
    lathe_curses_reset()
    enterModes()
    redraw()
  }

  package func suspend(_ body: () -> Void) {
    guard isOpen, !isGone else { return body() }
    // Not by endwin: the refresh after it would reset the terminal's own colours.
    raw(undo)
    reset_shell_mode()
    lathe_terminal_lend(1)
    body()
    lathe_terminal_lend(0)
    lathe_curses_return()
    lathe_curses_reset()
    enterModes()
    redraw()
    // The window may have changed meanwhile, and only the borrower was told: `events` looks at it.
    lathe_terminal_arm(Int32(LATHE_TIMER_RESIZE), 1)
  }

  package func copy(_ text: String) {
    guard isOpen, !isGone else { return }
    // Terminals refuse more than about 100 kB, and some then print it.
    raw("\u{1B}]52;c;\(base64(text.utf8.prefix(72_000)))\u{07}")
  }

  package func notify(_ text: SafeText) {
    guard isOpen, !isGone, !text.isEmpty else { return }
    // The text has no control characters; a leading digit and semicolon would be a command of some
    // terminals' own.
    raw("\u{1B}]9;Lathe: \(text.string)\u{07}")
  }

  package var hasColors: Bool { palette.depth != .none }

  package func reportMoves(_ on: Bool) {
    guard isOpen, !isGone, on != reportsMoves else { return }
    reportsMoves = on
    raw(Modes.moves(on))
  }

  private func enterModes() { raw(reportsMoves ? Modes.on + Modes.moves(true) : Modes.on) }

  private func raw(_ text: String) { lathe_terminal_write(text, text.utf8.count) }

  /// The window's size, with nonsense brought into range.
  private static func kernelSize() -> Size {
    var width: Int32 = 80
    var height: Int32 = 24
    _ = lathe_terminal_size(&width, &height)
    return Size(width: min(max(1, Int(width)), 1000), height: min(max(1, Int(height)), 500))
  }

  /// Milliseconds of a clock that never goes back.
  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
