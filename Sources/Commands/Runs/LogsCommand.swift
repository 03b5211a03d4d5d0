package import ArgumentParser
import Documents
import Foundation
import Store
import Terminal

package struct LogsCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "logs",
    abstract: "Print what a run's steps said.",
    discussion: """
      Without STEP, all steps in their order. On a terminal colours are kept and everything else that a \
      log could do to it is made harmless; into a pipe the bytes go as they came.

      EXAMPLE: the last twenty lines of a step, and what follows
        lathe logs @ train --tail 20 -f
      """
  )

  @Argument(help: ArgumentHelp("The run; @ is the last one.", valueName: "run"))
  package var reference = "@"
  @Argument(help: "The step (default: all of them).")
  package var step: String?
  @Flag(name: [.customShort("f"), .long], help: "Go on printing until the run has ended.")
  package var follow = false
  @Option(
    name: [.customShort("n"), .long],
    parsing: .unconditional,
    help: "Only the last lines of each step."
  )
  package var tail: Int?
  @Option(
    name: .long,
    parsing: .unconditional,
    help: ArgumentHelp(
      "Which attempt of the step, counted from 1 (default: the last).",
      valueName: "n"
    )
  )
  package var attempt: Int?
  @OptionGroup var output: OutputOptions

  package init() {}

  package func validate() throws {
    if let tail, tail < 0 { throw ValidationError("--tail has to be 0 or more.") }
    if attempt != nil, step == nil {
      throw ValidationError("--attempt needs the step whose attempt it is.")
    }
    if let attempt, attempt < 1 { throw ValidationError("--attempt has to be at least 1.") }
    if follow && output.json { throw ValidationError("Give --follow or --json, not both.") }
  }

  package func run() throws {
    let session = Session(output)
    let run = try session.catalog.run(named: reference)
    var printer = LogPrinter(
      session: session,
      run: run.id,
      only: step,
      tail: tail,
      attempt: attempt
    )
    try printer.checkStep()
    if session.isJSON { return session.output.print(try json(of: run, session)) }
    if attempt == nil { session.errors.print(try printer.earlierAttempts()) }
    let waiter = Waiter()
    for path in [session.home.state, session.home.catalog] { waiter.watch.add(path) }
    while true {
      // Asked before reading: what a run wrote before its end is read after it.
      let isActive = try session.catalog.run(run.id)?.status.isActive ?? false
      for path in try printer.printNew() { waiter.watch.add(path) }
      guard follow && isActive else { return }
      waiter.watch.add(session.home.catalog + "-wal")
      if case .signal(let number) = waiter.wait(milliseconds: 10_000) {
        throw ExitCode(128 + number)
      }
    }
  }

  private func json(of run: RunRecord, _ session: Session) throws -> JSON {
    let steps = try session.catalog.steps(of: run.id).filter { step == nil || $0.name == step }
    return [
      "run": JSON(run.shortName),
      "steps": .array(
        try steps.filter { $0.logAttempt > 0 }.map { step in
          let number = attempt ?? step.logAttempt
          let folder = session.home.attempt(run: step.logRun, step: step.name, attempt: number)
          let bytes = try LogPrinter.bytes(of: folder.log, from: 0, tail: tail ?? 10_000)
          let text = String(decoding: bytes.bytes, as: UTF8.self)
          return [
            "step": JSON(step.name), "attempt": JSON(number), "path": JSON(folder.log),
            "lines": .array(
              text.split(separator: "\n", omittingEmptySubsequences: true).map {
                .string(String($0))
              }
            ),
          ]
        }
      ),
    ]
  }
}

/// Prints what is new in the logs of a run's steps.
private struct LogPrinter {
  let session: Session
  let run: Int
  let only: String?
  let tail: Int?
  /// Nil: the last one of each step.
  let attempt: Int?
  private var offsets: [String: Int] = [:]
  private var current: String?

  init(session: Session, run: Int, only: String?, tail: Int?, attempt: Int?) {
    self.session = session
    self.run = run
    self.only = only
    self.tail = tail
    self.attempt = attempt
  }

  func checkStep() throws {
    guard let only else { return }
    let steps = try session.catalog.steps(of: run)
    let names = steps.map(\.name)
    guard let step = steps.first(where: { $0.name == only }) else {
      throw Explanation(
        what: "r\(run) has no step '\(only)'.",
        why: "It has \(names.joined(separator: ", ")).",
        next: nearest(only, among: names).map { "Did you mean '\($0)'?" }
          ?? "Name one of these, or none for all."
      )
    }
    guard let attempt, attempt > step.logAttempt else { return }
    let why =
      switch step.logAttempt {
      case 0: "It has not started."
      case 1: "It has one."
      default: "It has \(step.logAttempt), counted from 1."
      }
    throw Explanation(
      what: "r\(run) \(only) has no attempt \(attempt).",
      why: why,
      next: "'lathe show r\(run)' lists the attempts of each step."
    )
  }

  /// Says that what is printed is the last of several attempts; nothing where no step has any.
  func earlierAttempts() throws -> [Line] {
    let steps = try session.catalog.steps(of: run)
      .filter { ($0.name == only || only == nil) && $0.logAttempt > 1 }
    guard let first = steps.first else { return [] }
    let more = steps.count > 1 ? " and \(steps.count - 1) more" : ""
    let words = "lathe logs r\(run) \(shellWord(first.name)) --attempt 1"
    let text =
      "The last of \(first.logAttempt) attempts of \(first.name)\(more); an earlier one: \(words)"
    return [Line(SafeText(hostile: text), .dim)]
  }

  /// Prints what was appended since the last call; returns the logs that may still grow.
  mutating func printNew() throws -> [String] {
    var growing: [String] = []
    let steps = try session.catalog.steps(of: run).filter { only == nil || $0.name == only }
    for step in steps where step.logAttempt > 0 {
      let log = session.home
        .attempt(run: step.logRun, step: step.name, attempt: attempt ?? step.logAttempt).log
      if step.status.isActive { growing.append(log) }
      let offset = offsets[log]
      var (start, bytes) = try Self.bytes(
        of: log,
        from: offset ?? 0,
        tail: offset == nil ? tail : nil
      )
      while !bytes.isEmpty {
        // Half a line of a running step waits for its other half.
        if step.status.isActive, session.output.isTerminal, let end = bytes.lastIndex(of: 10) {
          bytes = Array(bytes[...end])
        }
        head(step.name, of: steps.count)
        write(bytes)
        offsets[log] = start + bytes.count
        (start, bytes) = try Self.bytes(of: log, from: start + bytes.count, tail: nil)
        if step.status.isActive, session.output.isTerminal, !bytes.contains(10) { break }
      }
      offsets[log] = offsets[log] ?? start
    }
    return growing
  }

  private mutating func head(_ step: String, of count: Int) {
    guard current != step else { return }
    if count > 1 {
      session.output.print((current == nil ? [] : [Line()]) + [Line("==> \(step) <==", .bold)])
    }
    current = step
  }

  private mutating func write(_ bytes: [UInt8]) {
    guard session.output.isTerminal else { return session.output.write(bytes: bytes) }
    var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
    if lines.last?.isEmpty ?? false { lines.removeLast() }
    session.output.print(lines.map { Line(StyledText(log: $0)) })
  }

  /// At most a megabyte of a file from an offset on; with `tail`, from its last lines on.
  static func bytes(of path: String, from offset: Int, tail: Int?) throws -> (
    start: Int, bytes: [UInt8]
  ) {
    guard let handle = FileHandle(forReadingAtPath: path) else { return (offset, []) }
    defer { try? handle.close() }
    let most = 1 << 20
    guard let tail else {
      try handle.seek(toOffset: UInt64(offset))
      return (offset, Array(try handle.read(upToCount: most) ?? Data()))
    }
    let end = Int(try handle.seekToEnd())
    let start = max(offset, end - most)
    try handle.seek(toOffset: UInt64(start))
    let bytes = Array(try handle.read(upToCount: end - start) ?? Data())
    let kept = lastLines(tail, of: bytes)
    return (end - kept.count, kept)
  }
}

/// The last `count` lines of some bytes.
package func lastLines(_ count: Int, of bytes: [UInt8]) -> [UInt8] {
  guard count > 0 else { return [] }
  var left = count
  var index = bytes.count
  // A line break at the end ends the last line and begins none.
  if bytes.last == 10 { index -= 1 }
  while index > 0 {
    if bytes[index - 1] == 10 {
      left -= 1
      if left == 0 { break }
    }
    index -= 1
  }
  return Array(bytes[index...])
}
