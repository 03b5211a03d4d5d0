package import ArgumentParser
import Documents
import Engine
import Foundation
import Store
import Terminal

/// `lathe agent`: the process behind all runs of a home.
package struct AgentCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "agent",
    abstract: "Look at the agent behind the runs, stop it, or have it started after a reboot.",
    discussion: """
      The agent decides what runs; whoever needs it starts it. Steps go on without it.

      EXAMPLE: go on with queued runs after the machine was restarted
        lathe agent install
      """,
    subcommands: [
      Status.self, Stop.self, Log.self, Install.self, Uninstall.self, Takeover.self,
    ]
  )

  package init() {}

  package struct Status: ParsableCommand {
    package static let configuration = CommandConfiguration(
      commandName: "status",
      abstract: "Say whether the agent runs, and what it does.",
      discussion: """
        The exit code is 1 when none runs, which is no fault: the next launch starts one.

        EXAMPLE:
          lathe agent status
        """
    )

    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() throws {
      let session = Session(output)
      let status = try session.agentStatus()
      session.answer(AgentReport.json(status, home: session.home)) {
        AgentReport.lines(status, home: session.home, at: Date())
      }
      if status == nil { throw ExitCode(1) }
    }
  }

  package struct Stop: ParsableCommand {
    package static let configuration = CommandConfiguration(
      commandName: "stop",
      abstract: "End the agent; running steps go on.",
      discussion: """
        The next command that needs it starts it again, and so does a step that ends.

        EXAMPLE:
          lathe agent stop
        """
    )

    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() throws {
      let session = Session(output)
      // One of another version may not tell; it ends all the same.
      let status = try? session.agentStatus()
      guard let hasEnded = session.agent.endLiving() else {
        return session.answer(["stopped": JSON(false)]) { [AgentReport.none] }
      }
      session.answer(["stopped": JSON(hasEnded)]) {
        hasEnded ? AgentReport.stopped(status) : AgentReport.stays
      }
      if !hasEnded { throw ExitCode(1) }
    }
  }

  package struct Log: ParsableCommand {
    package static let configuration = CommandConfiguration(
      commandName: "log",
      abstract: "Print what the agent has said: its faults.",
      discussion: """
        EXAMPLE:
          lathe agent log -n 20
        """
    )

    @Option(name: [.customShort("n"), .long], help: "Only the last lines.")
    package var tail: Int = 200
    @Flag(name: [.customShort("f"), .long], help: "Go on printing until Ctrl-C.")
    package var follow = false
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws {
      if tail < 0 { throw ValidationError("--tail has to be 0 or more.") }
      if follow && output.json { throw ValidationError("Give --follow or --json, not both.") }
    }

    package func run() throws {
      try AgentLog(session: Session(output), tail: tail).print(following: follow)
    }
  }
}

extension Session {
  func agentStatus() throws -> AgentStatus? {
    guard let reply = try agent.sendToLiving(.status) else { return nil }
    if case .status(let status) = reply { return status }
    throw Explanation(
      what: "The agent's answer is of another kind.",
      why: "It may be of another version.",
      next: "lathe agent stop"
    )
  }
}
