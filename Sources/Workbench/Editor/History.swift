/// What can be undone and redone, in groups; and which state is the saved one.
struct History: Sendable, Equatable {
  /// Lines that were replaced by others.
  struct Change: Sendable, Equatable {
    var first: Int
    var old: [String]
    var new: [String]
  }

  struct Group: Sendable, Equatable {
    var change: Change
    var before: TextBuffer.Position
    var after: TextBuffer.Position
    /// Differs for each state that the text ever had.
    var state: Int
  }

  /// Edits of one kind in a row are undone together.
  enum Kind: Sendable, Equatable { case typing, deleting, other }

  private(set) var undone: [Group] = []
  private(set) var done: [Group] = []
  private var states = 0
  private var first = 0
  private var saved = 0
  private var open: Kind = .other

  private var state: Int { done.last?.state ?? first }

  var isDirty: Bool { state != saved }

  mutating func markSaved() {
    saved = state
    open = .other
  }

  /// The next edit starts a group of its own.
  mutating func close() { open = .other }

  mutating func record(
    _ change: Change,
    kind: Kind,
    before: TextBuffer.Position,
    after: TextBuffer.Position
  ) {
    undone = []
    states += 1
    if kind != .other, kind == open, var last = done.last, last.after == before,
      last.change.first == change.first, last.change.new.count == 1, change.old.count == 1,
      change.new.count == 1
    {
      last.change.new = change.new
      last.after = after
      last.state = states
      done[done.count - 1] = last
    } else {
      done.append(Group(change: change, before: before, after: after, state: states))
      if done.count > 10_000 { first = done.removeFirst().state }
    }
    open = kind
  }

  mutating func undo() -> Group? {
    open = .other
    guard let group = done.popLast() else { return nil }
    undone.append(group)
    return group
  }

  mutating func redo() -> Group? {
    open = .other
    guard let group = undone.popLast() else { return nil }
    done.append(group)
    return group
  }
}
