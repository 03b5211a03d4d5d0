import CSystem
import Documents
import Foundation
import Store

extension Agent {
  /// Removes the work folders of steps whose outputs are safely in the store: not now, and by a thread
  /// that runs when nothing else does.
  ///
  /// What is left when the agent dies, a collection finds.
  func clearWork(of attempts: [AttemptFolder]) {
    done += attempts
    guard !done.isEmpty, !isClearing else { return }
    isClearing = true
    loop.after(clearingDelay) { [unowned self] in
      let attempts = done
      done = []
      work { post in
        Thread.beIdle()
        var failure: (any Error)?
        for attempt in attempts {
          do { try attempt.removeWork() } catch { failure = failure ?? error }
        }
        let words = failure.map { Explanation($0) }.map { "\($0.what) \($0.why)" }
        post { agent in
          if let words { agent.log("work folders stay: \(words)") }
          agent.isClearing = false
          agent.clearWork(of: [])
        }
      }
    }
  }
}

extension Thread {
  /// Lets this thread come last to the processor and to the disk.
  static func beIdle() { lathe_be_idle() }
}
