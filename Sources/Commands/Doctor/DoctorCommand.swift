package import ArgumentParser
import Engine
import Foundation
import Store
import Terminal

package struct DoctorCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check the home, the agent and this machine.",
    discussion: """
      The exit code is 1 when there is a problem; warnings leave it 0. Stored objects are looked at, \
      and read for some seconds; --full reads all of them. Damaged ones are moved aside, and the next \
      run computes them anew.

      EXAMPLE:
        lathe doctor
      """
  )

  @Flag(name: .long, help: "Read every stored object, however long it takes.")
  package var full = false
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    let findings = session.checks(readsAll: full)
    session.answer([
      "version": JSON(latheVersion), "home": JSON(session.home.folder),
      "checks": .array(findings.map(\.json)),
    ]) { findings.flatMap(\.lines) }
    if findings.contains(where: { $0.verdict == .problem }) { throw ExitCode(1) }
  }
}

/// One line of `lathe doctor`.
package struct Finding: Sendable, Equatable {
  package enum Verdict: String, Sendable { case ok, warning, problem }

  package var name: String
  package var verdict: Verdict
  package var message: String
  /// What to do; empty when all is well.
  package var next: String

  package init(_ name: String, _ verdict: Verdict, _ message: String, next: String = "") {
    self.name = name
    self.verdict = verdict
    self.message = message
    self.next = next
  }

  package var lines: [Line] {
    let style: Style =
      switch verdict {
      case .ok: .good
      case .warning: .warning
      case .problem: .bad
      }
    let head =
      Line("\(verdict.rawValue)", style).padded(to: 8) + Line("\(name)", .bold).padded(to: 11)
      + Line(" \(message)")
    return next.isEmpty ? [head] : [head, Line("         next: \(next)", .dim)]
  }

  package var json: JSON {
    [
      "check": JSON(name), "verdict": JSON(verdict.rawValue), "message": JSON(message),
      "next": JSON(next),
    ]
  }
}
