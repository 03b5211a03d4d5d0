/// When queries are asked, when files are listened to, and when a frame is drawn.
///
/// A value that decides; the loop acts. What is asked together is a round: its answers are drawn in
/// one frame, and the pause to the next round grows with what a round costs. All times are seconds of
/// one clock that never steps.
struct Rounds: Sendable {
  /// Seconds between two frames, and at least between two rounds.
  static let frame = 1.0 / 60
  static let shortestPause = 1.0 / 30
  /// Where answers and frames cost more, they come less often: a tenth of a core is enough for what
  /// nobody asked for, but a change is seen within this time.
  static let longestPause = 0.08
  /// Seconds that a frame waits for the rest of its round.
  static let patience = 0.025

  /// Why the next frame is to be drawn.
  private enum Wish: Sendable { case none, round, now }

  /// What is shown, hence to be kept true.
  private(set) var wanted: Set<Query> = []
  private var underWay: Set<Query> = []
  private var dirty: Set<Query> = []
  /// When the last round was asked, and seconds from then to the next one.
  private var asked = -Double.infinity
  private var pause = Rounds.shortestPause
  /// Processor time of this process at the last round.
  private var used = 0.0
  private var drawn = -Double.infinity
  private var wish = Wish.now

  // MARK: Queries

  /// Takes what is to be shown from now on.
  ///
  /// - Returns: what is not shown any more; nil where nothing has changed.
  mutating func want(
    _ queries: Set<Query>,
    isAnswered: (Query) -> Bool
  ) -> Set<Query>? {
    guard queries != wanted else { return nil }
    dirty.formUnion(queries.filter { !wanted.contains($0) || !isAnswered($0) })
    let gone = wanted.subtracting(queries)
    wanted = queries
    dirty.formIntersection(wanted)
    return gone
  }

  /// Notes that what a query was answered from has changed.
  mutating func change(_ query: Query) {
    if wanted.contains(query) { dirty.insert(query) }
  }

  mutating func changeAll() { dirty.formUnion(wanted) }

  /// The queries to be asked now: with a new round all that are dirty, before it those without answer.
  ///
  /// `cost` tells the processor seconds of this process up to now.
  mutating func ask(at now: Double, cost: () -> Double, isAnswered: (Query) -> Bool) -> [Query] {
    guard !dirty.isEmpty else { return [] }
    let isDue = now >= asked + pause
    let due = dirty.filter { !underWay.contains($0) && (isDue || !isAnswered($0)) }
    guard !due.isEmpty else { return [] }
    if isDue {
      let cost = cost()
      pause = min(max(Rounds.shortestPause, (cost - used) * 10), Rounds.longestPause)
      used = cost
    }
    asked = now
    dirty.subtract(due)
    underWay.formUnion(due)
    return Array(due)
  }

  /// Notes that an answer has come.
  ///
  /// - Returns: whether it is still wanted.
  mutating func arrive(_ query: Query) -> Bool {
    underWay.remove(query)
    return wanted.contains(query)
  }

  /// Whether answers are awaited that come soon.
  var isWaiting: Bool { underWay.contains { !$0.isSlow } }

  // MARK: Files

  /// Whether changes of files are of use now.
  ///
  /// While nothing can be asked they would wake the loop for nothing, a thousand times a second beside
  /// a step that logs. The kernel keeps them meanwhile.
  func listens(at now: Double) -> Bool { now >= asked + pause && !isWaiting }

  // MARK: Frames

  /// Asks for a frame: what a user did is shown at once, answers with the rest of their round.
  ///
  /// A new size waits for a round, too: what is asked for it mostly comes before a frame of what was
  /// asked for the old one would be through, and all of the screen is drawn each time.
  mutating func wishFrame(withRound: Bool = false) {
    if !withRound || wish == .now { wish = .now } else { wish = .round }
  }

  /// When the next frame is to be drawn; nil where none is.
  private var frameTime: Double? {
    switch wish {
    case .none: nil
    case .round where isWaiting: max(drawn + Rounds.frame, asked + Rounds.patience)
    case .round, .now: drawn + Rounds.frame
    }
  }

  func isFrameDue(at now: Double) -> Bool { frameTime.map { now >= $0 } ?? false }

  mutating func draw(at now: Double) {
    drawn = now
    wish = .none
  }

  // MARK: Waiting

  /// When something is due that no event will tell of; nil where nothing is.
  ///
  /// What is under way is asked again when its answer has come, which is an event.
  func next(after now: Double) -> Double? {
    let isInPause = now < asked + pause
    let hasMore = !dirty.isSubset(of: underWay)
    return [frameTime, isInPause || hasMore ? asked + pause : nil].compactMap { $0 }.min()
  }
}
