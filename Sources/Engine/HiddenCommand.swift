import Documents
import Foundation
import Store

/// The commands that Lathe's processes use among themselves; their names begin with "__".
package enum HiddenCommand {
  /// Runs a hidden command.
  ///
  /// - Parameters:
  ///   - name: such as `__step`.
  ///   - arguments: what follows the name.
  /// - Returns: the exit status; nil when there is no such command.
  package static func run(_ name: String, _ arguments: [String]) -> Int32? {
    switch (name, arguments.count) {
    case ("__agent", 2):
      AgentProcess.run(home: Home(folder: arguments[0], state: arguments[1]))
    case ("__step", 1):
      StepRunner.run(attempt: arguments[0])
    case ("__runner", 0):
      Runner.run(channel: 0)
    case ("__ingest", 1):
      ingest(arguments[0])
    case ("__attempts", 2...):
      attempts(arguments)
    case ("__seed", 6), ("__seed", 8):
      seed(arguments)
    default:
      nil
    }
  }

  /// Takes in all inputs of an attempt's folder, leaves them there, and tells how long it took.
  private static func ingest(_ path: String) -> Int32 {
    do {
      let taken = try Ingest.measure(AttemptFolder(path: path))
      let words = "\(taken.points) points in \(taken.seconds) seconds\n"
      try FileHandle.standardOutput.write(contentsOf: Data(words.utf8))
      return 0
    } catch {
      let explanation = Explanation(error)
      let words = "\(explanation.what) \(explanation.why)\n"
      try? FileHandle.standardError.write(contentsOf: Data(words.utf8))
      return 1
    }
  }

  /// `COUNT PROGRAM ARGUMENT...`: what so many attempts of a command cost one runner.
  private static func attempts(_ arguments: [String]) -> Int32 {
    do {
      let count = Int(arguments[0]) ?? 1
      let taken = try RunnerBench.run(count, Array(arguments.dropFirst()))
      let words = """
        \(count) attempts in \(taken.seconds) seconds, \(1000 * taken.cpu / Double(max(1, count))) ms of \
        CPU each\n
        """
      try FileHandle.standardOutput.write(contentsOf: Data(words.utf8))
      return 0
    } catch {
      let explanation = Explanation(error)
      let words = "\(explanation.what) \(explanation.why)\n"
      try? FileHandle.standardError.write(contentsOf: Data(words.utf8))
      return 1
    }
  }

  /// `--runs N --steps N --metrics N`, perhaps `--points N`, into the home that the environment names.
  private static func seed(_ arguments: [String]) -> Int32 {
    var sizes: [String: Int] = [:]
    for index in stride(from: 0, to: arguments.count - 1, by: 2) {
      sizes[arguments[index]] = Int(arguments[index + 1])
    }
    do {
      try Seed.run(
        home: Home(environment: ProcessInfo.processInfo.environment),
        runs: sizes["--runs"] ?? 0,
        steps: sizes["--steps"] ?? 0,
        metrics: sizes["--metrics"] ?? 0,
        points: sizes["--points"] ?? 0
      )
      return 0
    } catch {
      let explanation = Explanation(error)
      let words = "\(explanation.what) \(explanation.next)\n"
      try? FileHandle.standardError.write(contentsOf: Data(words.utf8))
      return 2
    }
  }
}
