import CSystem
import Documents
import Foundation
import Glibc
import Store

/// The agent: the only writer of a home's catalog, and the one that decides what runs next.
///
/// One process a home, by its lock. All of its state lives on the loop's thread. A class, because it
/// is the identity of that process; everything that it decides with is a value.
final class Agent {
  let home: Home
  let catalog: CatalogWriter
  let reader: Catalog
  let objects: ObjectStore
  let loop: EventLoop
  let executor: any Executor
  let machine: Machine
  var ledger: Ledger
  var runs: [Int: ActiveRun] = [:]
  /// Steps whose runner's end is waited for.
  var watched: [RunnerName: Int32] = [:]
  /// Keys that are being computed: an equal step waits for the result (single flight).
  var computing: [Digest: RunnerName] = [:]
  var keys: [RunnerName: CacheKey] = [:]
  /// Attempts whose rows are written, but whose runner is not placed yet.
  var placements: [(RunnerName, AttemptSpec)] = []
  /// How often the runner of an attempt was placed anew, because it ended without a claim.
  var placedAgain: [RunnerName: Int] = [:]
  /// Attempts whose runner was killed and whose metrics are being taken in.
  var recovering: Set<RunnerName> = []
  var isRetrying = false
  var server: Server?

  init(home: Home, executor: any Executor, machine: Machine) throws {
    self.home = home
    self.executor = executor
    self.machine = machine
    catalog = try CatalogWriter(home: home)
    reader = Catalog(home: home)
    objects = ObjectStore(home: home, isDurable: false)
    loop = try EventLoop()
    ledger = Ledger(machine: machine)
  }

  /// Runs something slow on a thread of its own; `body` must come back by the mailbox.
  func work(_ body: @escaping @Sendable (Mailbox) -> Void) {
    // Not a global dispatch queue: once used, it wakes the process every second for ever.
    let post = loop.post
    Thread.detachNewThread { body(post) }
  }

  func log(_ text: String) {
    let line = "\(Date().formatted(.iso8601)) \(text)\n"
    // Not `write(_:)`, which ends the process when the disk is full: just when there is most to say.
    try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
  }
}

/// One attempt's runner by what it runs.
struct RunnerName: Hashable, Sendable {
  let run: Int
  let step: String
  let attempt: Int
}
