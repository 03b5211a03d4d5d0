import Dispatch
import Documents
import Engine
import Foundation
import Glibc
import Store
import Terminal

/// The thin shell around `Root`: waits, carries out effects, shows frames; the only place that acts.
///
/// The main thread sleeps in `poll` on the terminal, the mailbox and the file watch; everything that
/// may block runs on background queues. Nothing wakes it while nothing changes.
final class WorkbenchLoop {
  /// Seconds until files are looked at again that nobody tells of.
  private static let looking = 1.0

  private let door: any TerminalDoor
  private let environment: [String: String]
  private let client: AgentClient
  private let source: AnswerSource
  private let mailbox = Mailbox()
  private let watch = FileWatch()
  private let asks = DispatchQueue(label: "lathe.workbench.answers")
  private let walks = DispatchQueue(label: "lathe.workbench.walks", qos: .utility)
  private let sends = DispatchQueue(label: "lathe.workbench.agent", attributes: .concurrent)

  private var root: Root
  private var rounds = Rounds()
  /// What each wanted query was answered from.
  private var sources: [Query: Set<String>] = [:]
  /// Those of them that the last answer has told of.
  private var found: [Query: Set<String>] = [:]
  private var lastTick = -Double.infinity
  private var lastLook = -Double.infinity
  private var isOver = false

  init(
    door: any TerminalDoor,
    home: Home,
    environment: [String: String],
    start: Destination?
  ) {
    self.door = door
    self.environment = environment
    client = AgentClient(home: home)
    let source = AnswerSource(home: home)
    self.source = source
    var context = Context(
      now: seconds(),
      glyphs: door.glyphs,
      home: home,
      folder: FileManager.default.currentDirectoryPath,
      size: door.size
    )
    context.hasColors = door.hasColors
    root = Root(context: context, start: start ?? WorkbenchLoop.firstScreen(source))
    if let words = LogoutWarning.firstOfSession(environment: environment, home: home) {
      root.notice = Notice(.failure, words.sentence)
    }
  }

  private static func firstScreen(_ source: AnswerSource) -> Destination {
    if case .instances(let instances) = source.answer(.instances), !instances.isEmpty {
      .runs
    } else {
      .gallery
    }
  }

  /// Runs until the user quits or the terminal is gone; returns the exit code.
  func run() -> Int32 {
    askForNew()
    awaitFirstAnswers()
    while !isOver {
      drawIfDue()
      guard wait() else { return 1 }
      handle()
    }
    return 0
  }

  /// The first frame shows answers, if they come within 30 ms.
  private func awaitFirstAnswers() {
    let end = steadySeconds() + 0.03
    while rounds.isWaiting, steadySeconds() < end {
      var descriptors = [pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0)]
      poll(&descriptors, 1, Int32(max(1, (end - steadySeconds()) * 1000)))
      for event in mailbox.take() { take(event) }
      askForNew()
    }
  }

  // MARK: Waiting

  /// Sleeps until there is something to do; false when the terminal is gone.
  private func wait() -> Bool {
    let now = steadySeconds()
    let files = rounds.listens(at: now) ? watch.descriptor : -1
    var descriptors = [door.descriptor, mailbox.descriptor, files].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    let count = poll(&descriptors, nfds_t(descriptors.count), timeout(from: now))
    guard count > 0 else { return true }
    return descriptors[0].revents & Int16(POLLHUP | POLLERR | POLLNVAL) == 0
  }

  /// Milliseconds until something is due; -1 when nothing is.
  private func timeout(from now: Double) -> Int32 {
    var due = [rounds.next(after: now)].compactMap { $0 }
    if root.isTicking { due.append(lastTick + 1) }
    if !watch.blindPaths.isEmpty { due.append(lastLook + WorkbenchLoop.looking) }
    guard let next = due.min() else { return -1 }
    return Int32(max(0, min(60_000, ((next - now) * 1000).rounded(.up))))
  }

  // MARK: Events

  private func handle() {
    let now = steadySeconds()
    let typed = door.events().coalescingMoves.map { WorkbenchEvent.terminal($0) }
    let arrived = mailbox.take()
    // A clock that is shown moves each second; here it only becomes true for what has happened.
    if !typed.isEmpty || !arrived.isEmpty { _ = root.update(.second(seconds())) }
    for event in typed + arrived where !isOver { take(event) }
    if root.isTicking, now >= lastTick + 1 {
      lastTick = now
      take(.second(seconds()))
      rounds.change(.header)
    }
    if watch.descriptor >= 0, rounds.listens(at: now) { note(watch.changes()) }
    lookAtBlind(now)
    askForNew()
  }

  /// What was answered from these files is to be asked again.
  private func note(_ changed: Set<String>) {
    guard !changed.isEmpty else { return }
    for (query, paths) in sources where !paths.isDisjoint(with: changed) { rounds.change(query) }
  }

  /// What nobody tells of is asked again each second.
  private func lookAtBlind(_ now: Double) {
    guard now >= lastLook + WorkbenchLoop.looking else { return }
    let blind = watch.blindPaths
    guard !blind.isEmpty else { return }
    lastLook = now
    note(blind)
  }

  private func take(_ event: WorkbenchEvent) {
    var withRound = false
    switch event {
    case .read(let query, let paths): return follow(query, paths)
    case .answered(let query, let answer):
      guard rounds.arrive(query), root.context.answers[query] != answer else { return }
      withRound = true
    case .terminal(.resize): withRound = true
    default: break
    }
    rounds.wishFrame(withRound: withRound)
    for effect in root.update(event) { perform(effect) }
  }

  private func drawIfDue() {
    let now = steadySeconds()
    guard rounds.isFrameDue(at: now) else { return }
    door.reportMoves(root.followsPointer)
    door.show(root.draw())
    root.noteShown()
    rounds.draw(at: now)
  }

  // MARK: Queries

  /// Asks what has come to be shown, and again what has changed.
  private func askForNew() {
    let answers = root.context.answers
    let isAnswered = { (query: Query) in answers[query] != nil }
    if let gone = rounds.want(root.queries, isAnswered: isAnswered) {
      for query in gone { (sources[query], found[query]) = (nil, nil) }
      watchSources()
    }
    let now = steadySeconds()
    for query in rounds.ask(at: now, cost: processorSeconds, isAnswered: isAnswered) { ask(query) }
  }

  private func ask(_ query: Query) {
    // Watched before it is read: a change in between is then noticed and asked again.
    watchSources(of: query)
    let (source, mailbox) = (self.source, self.mailbox)
    if query.isSlow {
      // What changes meanwhile is in this answer, or asks for the next one.
      walks.asyncAfter(deadline: .now() + source.usagePause) {
        mailbox.post(.answered(query, source.answer(query)))
      }
    } else {
      asks.async {
        mailbox.post(.read(query, from: source.foundSources(of: query)))
        mailbox.post(.answered(query, source.answer(query)))
      }
    }
  }

  /// Watches what an answer was read from beside what the query tells of.
  private func follow(_ query: Query, _ paths: Set<String>) {
    guard rounds.wanted.contains(query), paths != found[query, default: []] else { return }
    found[query] = paths
    let isNew = !paths.isSubset(of: watched)
    watchSources(of: query)
    // What has changed since it was read was not noticed.
    if isNew { rounds.change(query) }
  }

  private func watchSources(of query: Query) {
    let paths = source.sources(of: query).union(found[query, default: []])
    guard sources[query] != paths else { return }
    sources[query] = paths
    watchSources()
  }

  private var watched: Set<String> = []

  private func watchSources() {
    let paths = sources.values.reduce(into: Set<String>()) { $0.formUnion($1) }
    for path in watched.subtracting(paths) { watch.remove(path) }
    for path in paths.subtracting(watched) { watch.add(path) }
    watched = paths
  }

  // MARK: Effects

  private func perform(_ effect: Effect) {
    switch effect {
    case .quit: isOver = true
    case .send(let request, let tag): send(request, tag)
    case .save(let path, let bytes, let expected): save(path, bytes, expected)
    case .copy(let text): door.copy(text)
    case .notify(let text): door.notify(SafeText(hostile: text, limit: 200))
    case .edit(let path, let line): edit(path, line)
    case .open, .replace, .back, .tell, .keep, .mark: break
    }
  }

  private func send(_ request: AgentRequest, _ tag: String) {
    let request = request.inEnvironment(environment)
    let (client, mailbox) = (self.client, self.mailbox)
    sends.async {
      do {
        let reply = try client.send(request)
        if case .refused(let explanation) = reply {
          mailbox.post(.replied(tag: tag, .refused(explanation)))
        } else {
          mailbox.post(.replied(tag: tag, .done(reply)))
        }
      } catch {
        mailbox.post(.replied(tag: tag, .refused(Explanation(error))))
      }
    }
  }

  private func save(_ path: String, _ bytes: [UInt8], _ expected: FileFacts?) {
    let mailbox = self.mailbox
    asks.async {
      do {
        try FileFacts.save(bytes, to: path, expecting: expected)
        mailbox.post(.saved(path: path, failure: nil))
      } catch {
        mailbox.post(.saved(path: path, failure: Explanation(error).sentence))
      }
    }
  }

  private func edit(_ path: String, _ line: Int) {
    var failure: String?
    door.suspend { failure = OutsideEditor(environment).open(path, line: line) }
    if let failure { root.notice = Notice(.failure, failure) }
    rounds.changeAll()
    rounds.wishFrame()
  }
}

/// What this process has used of all processors.
private func processorSeconds() -> Double {
  var used = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)
  return Double(used.tv_sec) + Double(used.tv_nsec) / 1e9
}

/// Seconds of a clock that never steps: what is due is measured by it, whatever happens to the time.
private func steadySeconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
}

/// Seconds since 1970.
private func seconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_REALTIME, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
}
