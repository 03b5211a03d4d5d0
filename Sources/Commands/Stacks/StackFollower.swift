import ArgumentParser
import Documents
import Engine
package import Foundation
package import Store
import Terminal

/// Follows a stack until nothing is in progress, its events as lines on standard error.
struct StackFollower {
  let session: Session
  let stack: String
  private let waiter = Waiter()

  init(session: Session, stack: String) {
    self.session = session
    self.stack = stack
  }

  /// The stack as it ended; nil when it is no longer listed.
  ///
  /// `after` is the last event that is not told, `planned` how many resources there will be. Throws
  /// `ExitCode` 130 on Ctrl-C.
  func follow(after: Int = 0, planned: Int = 0) throws -> StackRecord? {
    for path in [session.home.state, session.home.catalog] { waiter.watch.add(path) }
    var progress = StackProgress(last: after, planned: planned)
    var live = LiveLines(output: session.errors)
    let isLive = session.errors.isTerminal && !session.isJSON
    while true {
      waiter.watch.add(session.home.catalog + "-wal")
      let record = try session.catalog.stack(stack)
      let resources = try session.catalog.resources(of: stack)
      let events = try session.catalog.events(of: stack, after: progress.last)
      let lines = progress.lines(for: events, resources: resources)
      if isLive {
        live.keep(lines)
        live.show([progress.summary(stack: stack, record: record, at: Date())])
      } else if !session.isJSON {
        session.errors.print(lines)
      }
      guard let record, record.status.isInProgress else {
        if isLive { live.clear() }
        return record
      }
      if !session.agent.isAgentRunning() {
        if isLive { live.clear() }
        if !session.isJSON { session.errors.print(StackProgress.loss(of: record)) }
        // Each agent begins with what the one before it left half made.
        try session.agent.send(.ping)
        continue
      }
      var signal = Waiter.rest(milliseconds: 80)
      if signal == nil, case .signal(let number) = waiter.wait(milliseconds: isLive ? 1000 : 2000) {
        signal = number
      }
      guard let signal else { continue }
      if isLive { live.clear() }
      session.errors.print([
        Line("The stack \(stack) goes on without this terminal.", .bold),
        Line("  see it: ", .dim) + Line("lathe describe \(stack)"),
        Line("  undo it: ", .dim) + Line("lathe down \(stack)"),
      ])
      throw ExitCode(128 + signal)
    }
  }
}

/// Turns a stack's events into lines, with how far it is: "3/7".
package struct StackProgress: Sendable {
  /// The id of the last event that was told.
  package private(set) var last: Int
  /// A resource comes into the catalog when its turn comes: the plan knows how many there will be.
  private let planned: Int
  private var total = 0
  /// The resources that have come to rest, as of the last event that was told.
  private var rested: Set<String> = []
  private var done: Int { rested.count }
  private let zone: TimeZone

  package init(last: Int = 0, planned: Int = 0, zone: TimeZone = .current) {
    self.last = last
    self.planned = planned
    self.zone = zone
  }

  package mutating func lines(for events: [StackEvent], resources: [ResourceRecord]) -> [Line] {
    total = max(planned, resources.count)
    let names = Set(resources.map(\.logicalID))
    return events.map { event in
      last = max(last, event.id)
      let clock = Line(SafeText(hostile: clockText(event.time, in: zone)) + " ", .dim)
      // A line of a script's output has no status of its own.
      guard !event.status.isEmpty else {
        return clock + Line("  \(event.logicalID) | ", .dim) + Line(SafeText(hostile: event.reason))
      }
      // Events come in bursts: each one's count is that of its own moment.
      if event.status.hasSuffix("_IN_PROGRESS") {
        rested.remove(event.logicalID)
      } else if names.contains(event.logicalID) {
        rested.insert(event.logicalID)
      }
      var line = clock
      if total > 0 { line += Line("\(done)/\(total) ", .dim) }
      line += Line("\(event.logicalID) ", .bold)
      line += Line(SafeText(hostile: event.status), style(of: event.status))
      if !event.reason.isEmpty { line += Line("  \(event.reason.reasonHead)") }
      return line
    }
  }

  package func summary(stack: String, record: StackRecord?, at now: Date) -> Line {
    guard let record else { return Line("\(stack) starts", .dim) }
    let time = durationText(max(0, now.timeIntervalSince(record.created)))
    return record.status.mark.line + Line(" \(stack) ", .bold)
      + Line("\(record.status.rawValue)", record.status.mark.style)
      + Line("  \(done)/\(total) resources  \(time)", .dim)
  }

  /// Said when the agent that was at work on a stack is no more.
  package static func loss(of record: StackRecord) -> [Line] {
    let work: SafeText =
      switch record.status {
      case .deleteInProgress: "\(record.name) was taken down: a new one is started and goes on."
      default:
        "\(record.name) was made: a new one is started and rolls back what there is of it."
      }
    return [Line("The agent ended while ", .warning) + Line(work, .warning)]
  }

  private func style(of status: String) -> Style {
    if status.contains("FAILED") || status.hasPrefix("ROLLBACK") { return .bad }
    return status.hasSuffix("COMPLETE") ? .good : .running
  }
}

extension Session {
  /// Follows a stack that comes up and prints how it ended; throws `ExitCode` 1 when it failed.
  func finish(stack: String, planned: Int) throws {
    guard let record = try StackFollower(session: self, stack: stack).follow(planned: planned)
    else {
      throw Explanation(
        what: "The stack '\(stack)' is not in the catalog.",
        why: "It may have been deleted meanwhile.",
        next: "'lathe stacks' lists what there is."
      )
    }
    let report = try report(on: record)
    answer(report.json) { report.ending }
    if record.status.isFailure { throw ExitCode(1) }
  }

  func report(on stack: StackRecord) throws -> StackReport {
    let instances = try catalog.instances().filter { $0.stack == stack.name }
    let file = instances.first.flatMap { instance in
      try? pipelineFile(named: nil, in: instance, from: folder) {
        FileManager.default.fileExists(atPath: $0)
      }
    }
    return StackReport(
      stack: stack,
      resources: try catalog.resources(of: stack.name),
      events: try catalog.events(of: stack.name),
      instances: instances,
      hasPipeline: file != nil
    )
  }
}
