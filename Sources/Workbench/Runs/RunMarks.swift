import Terminal

/// The runs that are marked, for all screens, as long as the workbench is open.
///
/// Of those that are laid side by side each has a place, which is its colour, its stroke and its sign in
/// the list, in charts and in comparisons: a run keeps it while it is one of them, whatever comes and
/// goes beside it. Of more than have room it is the best that are laid side by side.
package struct RunMarks: Sendable, Equatable {
  /// In the order in which they were marked.
  private(set) var runs: [Int] = []
  /// From 0; only of those that are laid side by side.
  private(set) var places: [Int: Int] = [:]

  var count: Int { runs.count }

  func contains(_ run: Int) -> Bool { runs.contains(run) }

  /// Marks a run, or takes its mark off.
  mutating func toggle(_ run: Int) {
    if let index = runs.firstIndex(of: run) {
      runs.remove(at: index)
      places[run] = nil
    } else {
      runs.append(run)
    }
  }

  /// Marks all of some runs, or takes their marks off where all have one.
  mutating func toggle(all others: [Int]) {
    let (gone, isMarked) = (Set(others), Set(others).isSubset(of: runs))
    runs.removeAll { gone.contains($0) }
    if isMarked {
      places = places.filter { !gone.contains($0.key) }
    } else {
      runs += others
    }
  }

  /// Takes the marks off runs that are no longer there.
  mutating func remove(_ gone: Set<Int>) {
    runs.removeAll { gone.contains($0) }
    places = places.filter { !gone.contains($0.key) }
  }

  /// Gives places to the marked runs that are laid side by side: those that have one keep it, the others
  /// take the first free ones in their order.
  mutating func settle(_ shown: [Int]) {
    let marked = shown.filter(runs.contains)
    places = Dictionary(zip(marked, places(of: marked))) { first, _ in first }
  }

  /// The places of runs that are shown together, all different; a run that has none takes the first free
  /// one in its order.
  func places(of shown: [Int]) -> [Int] {
    var taken = Set(shown.compactMap { places[$0] })
    var next = 0
    return shown.map { run in
      if let place = places[run] { return place }
      while taken.contains(next) { next += 1 }
      taken.insert(next)
      return next
    }
  }

  /// What tells a place from the others without colours.
  static func sign(_ place: Int, _ glyphs: GlyphSet) -> SafeText {
    if glyphs == .ascii { return SafeText(hostile: String(LineChart.mark(place))) }
    let all: [SafeText] = ["●", "■", "▲", "◆", "○", "□"]
    return all[place % all.count]
  }

  /// What is marked and has no place of its own: it is no place's sign.
  static func plainSign(_ glyphs: GlyphSet) -> SafeText { glyphs == .ascii ? "." : "•" }

  /// What a marked run has in the list; a plain sign where it has no place among those side by side.
  func sign(of run: Int, _ glyphs: GlyphSet) -> StyledText {
    guard contains(run) else { return StyledText() }
    guard let place = places[run] else {
      return StyledText(Self.plainSign(glyphs), .accent)
    }
    return StyledText(Self.sign(place, glyphs), Style(.series(place), bold: true))
  }
}
