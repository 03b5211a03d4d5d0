package import ArgumentParser
import Documents
import Engine
import Store
import Terminal

package struct InstanceCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "instance",
    abstract: "Start or stop an instance.",
    discussion: """
      EXAMPLE:
        lathe instance stop digits
        lathe instance start digits
      """,
    subcommands: [Start.self, Stop.self]
  )

  package init() {}

  package struct Start: ParsableCommand {
    package static let configuration = CommandConfiguration(
      commandName: "start",
      abstract: "Start an instance; its OnStart script runs.",
      discussion: """
        EXAMPLE:
          lathe instance start digits
        """
    )

    @Argument(help: "The instance.")
    package var name: String
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() throws {
      try Session(output).change(name) { .startInstance($0) }
    }
  }

  package struct Stop: ParsableCommand {
    package static let configuration = CommandConfiguration(
      commandName: "stop",
      abstract: "Stop an instance: nothing is launched in it until it is started.",
      discussion: """
        EXAMPLE:
          lathe instance stop digits
        """
    )

    @Argument(help: "The instance.")
    package var name: String
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() throws {
      try Session(output).change(name) { .stopInstance($0) }
    }
  }
}

extension Session {
  fileprivate func change(_ name: String, _ request: (String) -> AgentRequest) throws {
    let instance = try catalog.instances().meant(by: name, in: folder)
    try agent.send(request(instance.name))
    let now = try catalog.instance(instance.name) ?? instance
    answer(now.json) { [now.line] }
    if now.status == .failed { throw ExitCode(1) }
  }
}

package struct InitCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make an existing folder an instance, in place.",
    discussion: """
      Nothing is copied and no environment is made.

      EXAMPLE: one's own repository
        cd ~/projects/classifier
        lathe init
        lathe run -- python3 train.py --lr 0.1
      """
  )

  @Argument(help: "The folder; . is the current one.")
  package var folder: String = "."
  @Option(name: .long, help: "The instance's name (default: the folder's).")
  package var name: String?
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    let path = session.absolute(folder)
    try Self.check(PathKind(of: path), of: path)
    guard case .instance(let name) = try session.agent.send(.adopt(folder: path, name: name)) else {
      throw Explanation(
        what: "The agent did not name the instance.",
        why: "Its answer was of another kind.",
        next: "'lathe stacks' shows whether it was made."
      )
    }
    let instance = try session.catalog.instance(name)
    session.answer(instance?.json ?? ["name": JSON(name), "folder": JSON(path)]) {
      [
        Line("\(path) is the instance \(name) now; nothing in it was changed."),
        Line(
          " next: 'lathe run -- COMMAND' runs a command in it; a pipeline.yaml makes it steps.",
          .dim
        ),
      ]
    }
  }

  /// Throws an `Explanation` for what is no folder.
  static func check(_ kind: PathKind, of path: String) throws(Explanation) {
    switch kind {
    case .folder: return
    case .file:
      throw Explanation(
        what: "\(path) is a file.",
        why: "An instance is a folder.",
        next: "Name the folder that it lies in."
      )
    case .nothing:
      throw Explanation(
        what: "There is no folder \(path).",
        why: "'lathe init' makes a folder that is there an instance, and makes none.",
        next: "Make it, or name another one."
      )
    }
  }
}
