/// What all charts of a screen show of x, and one chart of y; how it came about can be undone.
struct ChartViewport: Sendable, Equatable {
  /// Nil: everything.
  struct Place: Sendable, Equatable {
    var x: ClosedRange<Double>?
    var y: ClosedRange<Double>?
  }

  private enum Move: Sendable, Equatable { case zoom, pan, other }

  private(set) var place = Place()
  /// The width that is kept at the newest point; nil where the window stands still.
  private(set) var followed: Double?
  private var history: [Place] = []
  private var last = Move.other

  private static let mostUndone = 200
  /// The narrowest window, as a share of everything.
  private static let narrowest = 1e-9

  var canUndo: Bool { !history.isEmpty }
  var isWhole: Bool { place == Place() && followed == nil }

  /// What is to be shown of x when all points lie in `whole`.
  ///
  /// A window that follows moves by hundredths of its width, so that it is not asked for anew with
  /// every point.
  func window(_ whole: ClosedRange<Double>?) -> ClosedRange<Double>? {
    guard let width = followed, let whole else { return place.x }
    let step = width / 100
    let end = (whole.upperBound / step).rounded(.up) * step
    guard end.isFinite, end - width < end else { return place.x }
    return end - width...end
  }

  /// Makes the window narrower (factors below 1) or wider around a place.
  mutating func zoom(by factor: Double, around x: Double, in whole: ClosedRange<Double>) {
    let now = window(whole) ?? whole
    let x = min(max(x, now.lowerBound), now.upperBound)
    let least = (whole.upperBound - whole.lowerBound) * Self.narrowest
    let width = max((now.upperBound - now.lowerBound) * factor, least)
    if followed != nil {
      followed = width
      return
    }
    let left = (x - now.lowerBound) / max(now.upperBound - now.lowerBound, least)
    set(x - width * left, width, in: whole, .zoom)
  }

  /// Moves the window by a share of its width.
  mutating func pan(by share: Double, in whole: ClosedRange<Double>) {
    guard let now = window(whole) else { return }
    followed = nil
    let width = now.upperBound - now.lowerBound
    set(now.lowerBound + width * share, width, in: whole, .pan)
  }

  /// Puts the middle of the window to a place.
  mutating func center(at x: Double, in whole: ClosedRange<Double>) {
    guard let now = window(whole) else { return }
    followed = nil
    let width = now.upperBound - now.lowerBound
    set(x - width / 2, width, in: whole, .pan)
  }

  /// Shows a box, which may leave y as it is.
  mutating func show(x: ClosedRange<Double>, y: ClosedRange<Double>? = nil) {
    guard x.lowerBound < x.upperBound else { return }
    remember(.other)
    followed = nil
    place.x = x
    if let y, y.lowerBound < y.upperBound { place.y = y }
  }

  mutating func showAll() {
    guard !isWhole else { return }
    remember(.other)
    followed = nil
    place = Place()
  }

  mutating func undo() {
    guard let before = history.popLast() else { return }
    followed = nil
    (place, last) = (before, .other)
  }

  /// Keeps a window at the newest point: as wide as what is shown, a fifth of everything at first.
  mutating func toggleFollowing(_ whole: ClosedRange<Double>) {
    if followed != nil {
      let now = window(whole)
      followed = nil
      place.x = now
    } else {
      remember(.other)
      let now = place.x ?? whole
      let width = now.upperBound - now.lowerBound
      followed = max(place.x == nil ? width / 5 : width, .leastNormalMagnitude)
      place = Place()
    }
  }

  /// Drops what holds for one chart only.
  mutating func leaveChart() {
    place.y = nil
    for index in history.indices { history[index].y = nil }
  }

  private mutating func set(
    _ start: Double,
    _ width: Double,
    in whole: ClosedRange<Double>,
    _ move: Move
  ) {
    remember(move)
    guard width < whole.upperBound - whole.lowerBound else {
      place.x = nil
      return
    }
    let start = min(max(start, whole.lowerBound), whole.upperBound - width)
    place.x = start...max(start, start + width)
  }

  /// Moves of one kind in a row are undone together.
  private mutating func remember(_ move: Move) {
    defer { last = move }
    if move == last, move != .other, !history.isEmpty { return }
    history.append(place)
    if history.count > Self.mostUndone { history.removeFirst() }
  }
}
