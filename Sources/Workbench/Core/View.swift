package import Store
package import Terminal

/// One screen or pane: its own state, and how that looks.
///
/// Drawing cannot change the state.
///
/// What is shown comes from the context's answers; a view keeps only what the user did (selection,
/// scroll, typed text).
package protocol View: Sendable {
  /// What the view shows now; asked after each event.
  var queries: Set<Query> { get }
  /// For the header: "Runs", "r12 train".
  var title: SafeText { get }
  /// The keys that work here now, in the order of the footer; `?` lists all of them with their help.
  func bindings(_ context: Context) -> [Binding]
  /// What a key, a click or a paste does. Keys are looked up in `bindings` by the root first; the
  /// view gets `.action` for those, and everything that no binding took as it came.
  mutating func update(_ event: ViewEvent, _ context: Context) -> [Effect]
  func draw(on screen: inout Screen, in area: Rect, _ context: Context)
  /// Whether typed characters are text now: the root then keeps `q`, `?`, `:` and the digits out of
  /// the way; Esc without a binding of the view still goes back, on the first screen nowhere.
  var takesText: Bool { get }
  /// Whether the view wants to know where the mouse is while no button is pressed.
  var followsPointer: Bool { get }
  /// What would be lost if the view were closed now: "train.py"; nil when nothing would be.
  var unsaved: SafeText? { get }
}

extension View {
  package var takesText: Bool { false }
  package var followsPointer: Bool { false }
  package var unsaved: SafeText? { nil }
}

/// What a view is told.
package enum ViewEvent: Sendable, Equatable {
  /// A binding's key was pressed or its label clicked.
  case action(String)
  case terminal(TerminalEvent)
  /// An answer of one of its queries has changed.
  case answered(Query)
  /// The agent's answer to a `.send` of this view with the same tag.
  case replied(tag: String, Reply)
  /// A file that this view saved.
  case saved(path: String, failure: String?)
}

/// One key of a view: dispatch, footer and help read the same table.
package struct Binding: Sendable, Equatable {
  package var keys: [Key]
  /// For the footer: "Enter", "c", "Ctrl-S".
  package var label: SafeText
  /// For the footer: one or two words.
  package var short: SafeText
  /// For `?`: a sentence.
  package var help: SafeText
  /// The name given back in `.action`; unique in a view.
  package var action: String
  /// Why the key does nothing now, shown when it is pressed anyway; nil when it works.
  package var unavailable: SafeText?
  /// Whether the footer shows it.
  package var isInFooter: Bool
  /// Whether `?` has a line of its own for it; the second key of a pair is told with the first.
  package var isInHelp = true
  /// Other words that the palette finds it by: "delete" of what is called "remove" here.
  package var synonyms: [String]

  package init(
    _ keys: [Key],
    _ label: SafeText,
    _ short: SafeText,
    action: String,
    help: SafeText,
    unavailable: SafeText? = nil,
    isInFooter: Bool = true,
    synonyms: [String] = []
  ) {
    self.keys = keys
    self.label = label
    self.short = short
    self.help = help
    self.action = action
    self.unavailable = unavailable
    self.isInFooter = isInFooter
    self.synonyms = synonyms
  }
}

/// What views may read while they update and draw.
package struct Context: Sendable {
  package var answers: [Query: Answer]
  /// Seconds since 1970, for durations of what runs.
  ///
  /// Changes once a second while a run is active.
  package var now: Double
  package var glyphs: GlyphSet
  /// Whether what differs in colour alone can be told apart.
  package var hasColors = true
  /// How charts were shown last.
  var chartHabits = ChartHabits()
  /// The runs that are marked.
  var marks = RunMarks()
  package var home: Home
  /// The folder that the workbench was started in.
  package var folder: String
  /// Size of the whole terminal.
  package var size: Size
  /// Rows above the footer line that a long notice has while it is shown.
  package var noticeRows = 0

  /// Where the screen in front draws: all but the header line and the footer line.
  ///
  /// Views need it to place the mouse, whose positions count from the terminal's corner.
  package var area: Rect {
    Rect(x: 0, y: 1, width: size.width, height: max(0, size.height - 2 - noticeRows))
  }

  package init(
    answers: [Query: Answer] = [:],
    now: Double,
    glyphs: GlyphSet = .braille,
    home: Home,
    folder: String = "",
    size: Size
  ) {
    self.answers = answers
    self.now = now
    self.glyphs = glyphs
    self.home = home
    self.folder = folder
    self.size = size
  }
}

extension Binding {
  /// What people call it to take something away.
  static let removal = ["remove", "delete", "trash", "rm", "discard"]

  /// The second key of a pair, whose first one's help tells of both.
  var second: Binding {
    var binding = self
    binding.isInHelp = false
    return binding
  }

  /// A key that the help page lists and the footer does not.
  static func hidden(
    _ keys: [Key],
    _ label: SafeText,
    _ short: SafeText,
    _ action: String,
    _ help: SafeText,
    _ unavailable: SafeText? = nil
  ) -> Binding {
    Binding(
      keys,
      label,
      short,
      action: action,
      help: help,
      unavailable: unavailable,
      isInFooter: false
    )
  }
}
