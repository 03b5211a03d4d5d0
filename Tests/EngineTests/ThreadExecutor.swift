import CSystem
import Documents
import Foundation
import Glibc
import Store

@testable import Engine

/// Runs the real step runner on a thread of the test; its scripts are real processes.
///
/// What the agent takes for the runner is a sleeping process: stopping that one stops the runner.
final class ThreadExecutor: Executor {
  private var mailbox: Mailbox?
  private var stands: [RunnerName: (pid: Int32, folder: AttemptFolder)] = [:]

  func begin(on loop: EventLoop, report: @escaping (ExecutorReport) -> Void) {
    mailbox = loop.post
  }

  func stop(_ name: RunnerName) -> Bool {
    guard let stand = stands[name] else { return false }
    // As an agent that is not the runner's parent tells it that the user wishes it.
    _ = FileManager.default.createFile(atPath: stand.folder.stop, contents: nil)
    kill(stand.pid, SIGTERM)
    return true
  }

  func rest() {}
  func end() {}

  func run(_ spec: AttemptSpec, in attempt: AttemptFolder) throws -> Int32? {
    try makeFolder(attempt.path)
    try JSONEncoder.keepingNaN.encode(spec).write(to: URL(filePath: attempt.spec))
    let stand = try ChildProcess.start(
      ["sleep", "600"],
      environment: ["PATH": "/usr/bin:/bin"],
      folder: "/"
    )
    close(stand.output)
    let mailbox = mailbox
    stands[RunnerName(spec)] = (stand.pid, attempt)
    Thread.detachNewThread {
      var ends: [Int32] = [-1, -1]
      guard lathe_pipe(&ends) == 0 else { return }
      let signals = ends[0]
      let stop = ends[1]
      _ = fcntl(signals, F_SETFL, O_NONBLOCK)
      let watched = lathe_pidfd_open(stand.pid)
      Thread.detachNewThread {
        var entry = pollfd(fd: watched, events: Int16(POLLIN), revents: 0)
        _ = poll(&entry, 1, -1)
        // As much as a signalfd gives for one signal; the first word is its number.
        var information = [UInt8](repeating: 0, count: 128)
        information[0] = UInt8(SIGTERM)
        _ = write(stop, information, information.count)
        close(stop)
        close(watched)
      }
      _ = StepRunner.run(attempt: attempt.path, signals: signals) { request, _ in
        mailbox? { agent in agent.handle(request) { _, _ in } }
      }
      mailbox? { [name = RunnerName(spec)] agent in agent.take(.lost(name)) }
      kill(stand.pid, SIGKILL)
      // The agent may be gone before it could; no zombie is left to other tests.
      var status: Int32 = 0
      waitpid(stand.pid, &status, 0)
    }
    return nil
  }
}
