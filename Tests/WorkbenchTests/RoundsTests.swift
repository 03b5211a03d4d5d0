import Testing

@testable import Workbench

/// Rounds behind a reference, so that what changes them can be expected of.
private final class Loop {
  var rounds = Rounds()

  func want(_ queries: Set<Query>, answered: Set<Query>? = nil) -> Set<Query>? {
    rounds.want(queries) { answered?.contains($0) ?? true }
  }

  func ask(at now: Double, cost: Double = 0, answered: Set<Query>? = nil) -> Set<Query> {
    Set(rounds.ask(at: now, cost: { cost }) { answered?.contains($0) ?? true })
  }

  func arrive(_ query: Query) -> Bool { rounds.arrive(query) }

  func change(_ queries: Query...) {
    for query in queries { rounds.change(query) }
  }

  /// Everything that is wanted was answered at 10 s, and again at 20 s.
  static func settled(_ queries: Set<Query>, cost: Double = 0) -> Loop {
    let loop = Loop()
    _ = loop.want(queries, answered: [])
    for query in loop.ask(at: 10, answered: []) { _ = loop.arrive(query) }
    loop.rounds.draw(at: 10)
    for query in queries { loop.change(query) }
    // The next round learns what this one has cost.
    for query in loop.ask(at: 20, cost: cost) { _ = loop.arrive(query) }
    return loop
  }
}

struct RoundsTests {
  @Test func `what is new is asked at once, and what has gone is told`() {
    let loop = Loop.settled([.header])
    #expect(loop.want([.header, .models], answered: [.header]) == [])
    #expect(loop.ask(at: 20.001) == [])
    #expect(loop.ask(at: 20.001, answered: [.header]) == [.models])
    #expect(loop.want([.header, .models]) == nil)
    #expect(loop.want([.header]) == [.models])
    #expect(!loop.arrive(.models))
  }

  @Test func `a change is asked at once after rest, and within a pause when it is over`() {
    let loop = Loop.settled([.header])
    loop.change(.header)
    #expect(loop.ask(at: 20.01) == [])
    #expect(loop.rounds.next(after: 20.01) == 20 + Rounds.shortestPause)
    #expect(loop.ask(at: 20 + Rounds.shortestPause) == [.header])
    _ = loop.arrive(.header)
    loop.change(.header)
    #expect(loop.ask(at: 30) == [.header])
  }

  @Test func `a pause is ten times what the round has cost, within limits`() {
    for (cost, pause) in [(0, Rounds.shortestPause), (0.005, 0.05), (1, Rounds.longestPause)] {
      let loop = Loop.settled([.header], cost: cost)
      loop.change(.header)
      #expect(loop.rounds.next(after: 20.001) == 20 + pause)
    }
  }

  @Test func `nothing wakes the loop when nothing is left to do`() {
    let rounds = Loop.settled([.header]).rounds
    #expect(!rounds.listens(at: 20.01))
    #expect(rounds.next(after: 20.01) == 20 + Rounds.shortestPause)
    #expect(rounds.listens(at: 21))
    #expect(rounds.next(after: 21) == nil)
  }

  @Test func `a query that is under way keeps nobody awake, and is asked again after it`() {
    let loop = Loop.settled([.usage, .header])
    loop.change(.usage)
    #expect(loop.ask(at: 30) == [.usage])
    loop.change(.usage)
    // The slow one does not keep the others from being noticed.
    #expect(loop.rounds.listens(at: 31))
    #expect(loop.rounds.next(after: 31) == nil)
    #expect(loop.ask(at: 31) == [])
    #expect(loop.arrive(.usage))
    #expect(loop.rounds.next(after: 31) != nil)
    #expect(loop.ask(at: 31) == [.usage])
  }

  @Test func `files are not listened to while answers are awaited`() {
    let loop = Loop.settled([.header])
    loop.change(.header)
    #expect(loop.ask(at: 30) == [.header])
    #expect(!loop.rounds.listens(at: 31))
    #expect(loop.rounds.next(after: 31) == nil)
    #expect(loop.arrive(.header))
    #expect(loop.rounds.listens(at: 31))
  }

  @Test func `a round's answers are drawn in one frame`() {
    let loop = Loop.settled([.header, .models])
    loop.change(.header, .models)
    #expect(loop.ask(at: 30) == [.header, .models])
    #expect(loop.arrive(.header))
    loop.rounds.wishFrame(withRound: true)
    #expect(!loop.rounds.isFrameDue(at: 30.01))
    #expect(loop.rounds.next(after: 30.04) == 30 + Rounds.patience)
    #expect(loop.arrive(.models))
    #expect(loop.rounds.isFrameDue(at: 30.01))
  }

  @Test func `a frame waits for a late answer only so long`() {
    let loop = Loop.settled([.header, .models])
    loop.change(.header, .models)
    _ = loop.ask(at: 30)
    _ = loop.arrive(.header)
    loop.rounds.wishFrame(withRound: true)
    #expect(loop.rounds.isFrameDue(at: 30 + Rounds.patience))
  }

  @Test func `a new size is drawn with what is asked for it, and at once where nothing is`() {
    let loop = Loop.settled([.header])
    loop.rounds.wishFrame(withRound: true)
    #expect(loop.rounds.isFrameDue(at: 29.9))
    _ = loop.want([.header, .models], answered: [.header])
    #expect(loop.ask(at: 30, answered: [.header]) == [.models])
    #expect(!loop.rounds.isFrameDue(at: 30.001))
    #expect(loop.rounds.isFrameDue(at: 30 + Rounds.patience))
    _ = loop.arrive(.models)
    #expect(loop.rounds.isFrameDue(at: 30.001))
  }

  @Test func `what a user did is drawn at once, though not faster than a screen`() {
    let loop = Loop.settled([.header])
    loop.change(.header)
    _ = loop.ask(at: 30)
    loop.rounds.wishFrame(withRound: true)
    loop.rounds.wishFrame()
    loop.rounds.wishFrame(withRound: true)
    #expect(loop.rounds.isFrameDue(at: 30.001))
    loop.rounds.draw(at: 30.001)
    #expect(!loop.rounds.isFrameDue(at: 40))
    loop.rounds.wishFrame()
    #expect(!loop.rounds.isFrameDue(at: 30.002))
    #expect(loop.rounds.isFrameDue(at: 30.002 + Rounds.frame))
  }
}
