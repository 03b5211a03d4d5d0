package import Engine
package import Foundation
package import Store
import Terminal

/// The agent in text and JSON.
package enum AgentReport {
  package static func lines(_ status: AgentStatus?, home: Home, at now: Date) -> [Line] {
    guard let status else {
      return [
        Line("No agent runs", .bold) + Line(" for \(home.folder)."),
        Line("The next command that needs one starts it.", .dim),
      ]
    }
    var lines = [
      Line("running", .good) + Line("  pid \(status.pid), since ")
        + Line(SafeText(hostile: dateText(status.started))) + Line(" on \(status.host)"),
      row("home", home.folder),
      row("version", status.version + (status.program.isEmpty ? "" : "  \(status.program)")),
      row("runs", runs(status)),
      row("memory", bytesText(status.memory).string),
    ]
    if home.state != home.folder { lines.insert(row("state", home.state), at: 2) }
    if status.program.isEmpty || status.version != latheVersion {
      lines.append(
        note("It is another program than this one.", next: "lathe agent stop; the next takes over")
      )
    }
    if !status.outlivesLogout {
      lines.append(note("It ends when you log out.", next: "'lathe doctor' says what to do"))
    }
    return lines
  }

  package static func json(_ status: AgentStatus?, home: Home) -> JSON {
    guard let status else {
      return ["running": JSON(false), "home": JSON(home.folder), "state": JSON(home.state)]
    }
    return [
      "running": JSON(true), "home": JSON(home.folder), "state": JSON(home.state),
      "pid": JSON(status.pid), "version": JSON(status.version), "program": JSON(status.program),
      "since": JSON(status.started), "host": JSON(status.host), "runs": JSON(status.active),
      "queued": JSON(status.queued), "steps": JSON(status.steps),
      "memory_bytes": JSON(status.memory), "outlives_logout": JSON(status.outlivesLogout),
    ]
  }

  package static let none = Line("No agent runs.")

  /// What stands there once it has ended; `status` is what it told before, if it could.
  package static func stopped(_ status: AgentStatus?) -> [Line] {
    guard let status, status.steps > 0 else { return [Line("The agent has ended.")] }
    let steps = status.steps == 1 ? "One step goes" : "\(status.steps) steps go"
    return [
      Line("The agent has ended."),
      Line("\(steps) on without it; the first that ends starts it again.", .dim),
    ]
  }

  /// What is said where one still answers.
  package static let stays = [
    Line("An agent still answers after 5 seconds.", .warning),
    Line(
      "It has not ended yet, or a step that ended has started the next one: 'lathe agent status' tells.",
      .dim
    ),
  ]

  private static func runs(_ status: AgentStatus) -> String {
    guard status.active > 0 else { return "none" }
    let queued = status.queued > 0 ? ", \(status.queued) of them queued" : ""
    let steps = status.steps == 1 ? "1 step" : "\(status.steps) steps"
    return "\(status.active) active\(queued); \(steps) at work"
  }

  private static func row(_ name: SafeText, _ value: String) -> Line {
    Line("  ") + Line(name, .dim).padded(to: 9) + Line(SafeText(hostile: value))
  }

  private static func note(_ text: SafeText, next: SafeText) -> Line {
    Line("  ") + Line(text, .warning) + Line(" next: \(next)", .dim)
  }
}
