import CSystem
package import Foundation
import Glibc
package import Store

/// What speaks for another host being still at work in a home that is to be taken over.
package struct TakeoverSigns: Sendable, Equatable {
  /// Attempts whose lock is held, as "r3 train".
  package var alive: [String] = []
  /// When something was last written into an attempt that has not ended.
  package var lastWrite: Date?

  /// So many of the newest runs are looked at.
  private static let runs = 200

  package init() {}

  /// Looks at the attempts that have no exit record.
  package init(of home: Home) {
    let last = home.lastRunFolder()
    guard last > 0 else { return }
    for run in stride(from: last, to: max(0, last - TakeoverSigns.runs), by: -1) {
      for step in TakeoverSigns.names(in: home.run(run)) {
        for number in TakeoverSigns.names(in: home.run(run) + "/" + step).compactMap(Int.init) {
          look(at: home.attempt(run: run, step: step, attempt: number), "r\(run) \(step)")
        }
      }
    }
  }

  /// Whether the other host seems to be at work.
  package func areRecent(at now: Date) -> Bool {
    // A clock that is ahead of this one's is no sign of rest.
    !alive.isEmpty || lastWrite.map { now.timeIntervalSince($0) < TakeoverSigns.rest } ?? false
  }

  /// Seconds without a write after which nobody is believed to write.
  package static let rest = 600.0

  private mutating func look(at attempt: AttemptFolder, _ name: String) {
    guard access(attempt.exit, F_OK) != 0 else { return }
    if case .alive = Claim.state(of: attempt) { alive.append(name) }
    for path in [attempt.claim, attempt.log, attempt.times] {
      var facts = stat()
      guard stat(path, &facts) == 0 else { continue }
      let time = Date(timeIntervalSince1970: Double(facts.st_mtim.tv_sec))
      lastWrite = max(lastWrite ?? time, time)
    }
  }

  private static func names(in folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }
}
