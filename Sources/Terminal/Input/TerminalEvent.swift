/// What a keyboard, a mouse or the terminal itself can tell.
package enum TerminalEvent: Sendable, Equatable {
  case key(Key)
  case mouse(Mouse)
  /// Bracketed paste: the whole text at once, line breaks as "\n". Hostile.
  case paste(String)
  case resize(Size)
  /// The terminal gained or lost the keyboard's attention.
  case focus(Bool)
  /// The terminal is gone; nothing will ever arrive again.
  case hangup
}

/// A key as it arrives.
package struct Key: Sendable, Equatable, Hashable {
  package enum Code: Sendable, Equatable, Hashable {
    case character(Character)
    case enter, escape, tab, backTab, backspace, delete, insert
    case up, down, left, right, home, end, pageUp, pageDown
    case function(Int)
  }

  package var code: Code
  package var control: Bool
  package var alt: Bool
  package var shift: Bool

  package init(_ code: Code, control: Bool = false, alt: Bool = false, shift: Bool = false) {
    self.code = code
    self.control = control
    self.alt = alt
    self.shift = shift
  }

  /// A plain character key, such as `Key("q")`.
  package init(_ character: Character) { self.init(.character(character)) }

  /// Ctrl with a letter, such as `Key.control("p")`; the letter is lower case.
  package static func control(_ character: Character) -> Key {
    Key(.character(character), control: true)
  }

  package static let enter = Key(.enter)
  package static let escape = Key(.escape)
  package static let tab = Key(.tab)
  package static let backTab = Key(.backTab)
  package static let backspace = Key(.backspace)
  package static let delete = Key(.delete)
  package static let up = Key(.up)
  package static let down = Key(.down)
  package static let left = Key(.left)
  package static let right = Key(.right)
  package static let home = Key(.home)
  package static let end = Key(.end)
  package static let pageUp = Key(.pageUp)
  package static let pageDown = Key(.pageDown)
}

extension [TerminalEvent] {
  /// Without the moves and drags that were overtaken by the next one before anybody looked.
  package var coalescingMoves: [TerminalEvent] {
    enumerated().compactMap { index, event in
      guard case .mouse(let mouse) = event, mouse.action == .move || mouse.action == .drag,
        index + 1 < count, case .mouse(let next) = self[index + 1], next.action == mouse.action
      else { return event }
      return nil
    }
  }
}

/// A mouse report in cells.
package struct Mouse: Sendable, Equatable, Hashable {
  package enum Action: Sendable, Equatable, Hashable {
    case press(Button)
    case release, drag, wheelUp, wheelDown
    /// Without a button; comes only where it is asked for.
    case move
  }
  package enum Button: Sendable, Equatable, Hashable { case left, middle, right }

  package var action: Action
  package var at: Point
  /// Presses at one cell within 400 ms: 1, 2, ...
  package var clicks: Int

  package init(_ action: Action, at: Point, clicks: Int = 1) {
    self.action = action
    self.at = at
    self.clicks = clicks
  }
}
