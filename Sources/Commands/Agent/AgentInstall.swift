package import ArgumentParser
package import Documents
package import Engine
import Foundation
import Store
import Terminal

extension AgentCommand {
  package struct Install: ParsableCommand {
    package static let configuration = CommandConfiguration(
      commandName: "install",
      abstract: "Start the agent after each start of the machine: queued runs go on by themselves.",
      discussion: """
        Writes a systemd unit of your own and enables it, or with --cron adds a line to your crontab. \
        What ran when the machine stopped is not started again by itself: 'lathe resume' does that.

        EXAMPLE: what would be written
          lathe agent install --print
        """
    )

    @Flag(name: .long, help: "Add an @reboot line to your crontab instead of a systemd unit.")
    package var cron = false
    @Flag(name: .customLong("print"), help: "Show what would be written, and write nothing.")
    package var isPrinting = false
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() throws {
      let session = Session(output)
      let service = try AgentService(home: session.home, environment: session.environment)
      if isPrinting { return try session.show(service, cron: cron) }
      if cron {
        guard service.hasCron else { throw AgentService.noCron }
        let isNew = try service.installCrontabLine()
        return try session.answer([
          "installed": "cron", "changed": JSON(isNew), "line": JSON(try service.crontabLine().text),
        ]) {
          [Line(isNew ? "Your crontab starts the agent now." : "Your crontab starts it already.")]
            + Session.uninstallHint
        }
      }
      guard service.hasSystemd() else { throw try service.noSystemd() }
      try service.installUnit()
      let logout = LogoutFacts.read()
      session.answer([
        "installed": "systemd", "unit": JSON(service.unit.name), "path": JSON(service.unitPath),
        "lingering": JSON(logout.isLingering),
      ]) {
        var lines = [Line("\(service.unitPath) is written and enabled.")]
        if !logout.isLingering {
          lines.append(Line("It starts with your first login: lingering is off.", .warning))
          lines.append(Line(" next: loginctl enable-linger \(logout.user)", .dim))
        }
        return lines + Session.uninstallHint
      }
    }
  }

  package struct Uninstall: ParsableCommand {
    package static let configuration = CommandConfiguration(
      commandName: "uninstall",
      abstract: "Take back what 'install' did.",
      discussion: """
        A running agent stays.

        EXAMPLE:
          lathe agent uninstall
        """
    )

    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() throws {
      let session = Session(output)
      let service = try AgentService(home: session.home, environment: session.environment)
      let unit = try service.uninstallUnit()
      let line = try service.uninstallCrontabLine()
      session.answer(["unit_removed": JSON(unit), "crontab_line_removed": JSON(line)]) {
        var lines: [Line] = []
        if unit { lines.append(Line("\(service.unitPath) is removed.")) }
        if line { lines.append(Line("The line is taken out of your crontab.")) }
        return lines.isEmpty ? [Line("Nothing was installed for this home.")] : lines
      }
    }
  }
}

extension Session {
  fileprivate static let uninstallHint = [Line("'lathe agent uninstall' takes it back.", .dim)]

  fileprivate func show(_ service: AgentService, cron: Bool) throws {
    let line = Result { try service.crontabLine().text }
    // Asked for the line, there is nothing to show without it.
    if cron { _ = try line.get() }
    try answer([
      "path": JSON(service.unitPath), "unit": JSON(service.unit.text),
      "crontab_line": (try? line.get()).map { JSON($0) } ?? .null,
    ]) {
      if cron { return [Line(SafeText(hostile: try line.get()))] }
      let text = service.unit.text.split(separator: "\n", omittingEmptySubsequences: false)
      return [Line("# \(service.unitPath)", .dim)]
        + text.dropLast().map {
          Line(SafeText(hostile: $0))
        }
    }
  }
}

extension AgentService {
  package static let noCron = Explanation(
    what: "There is no 'crontab' on the PATH.",
    why: "Cron is not installed here.",
    next:
      "Without --cron, systemd is used; or start it at boot by any means: 'lathe agent status' tells whether it runs."
  )

  package func noSystemd() throws -> Explanation {
    Explanation(
      what: "Your systemd does not answer.",
      why:
        "'systemctl --user' failed: this machine has another service manager, or you have no session.",
      next: hasCron
        ? "Use cron: lathe agent install --cron (it adds: \(try crontabLine().text))"
        : "Install cron, then: lathe agent install --cron. Or have this started at boot: \(try crontabLine().text)"
    )
  }
}
