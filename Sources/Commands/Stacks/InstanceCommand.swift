package import ArgumentParser
import Documents
import Engine
package import Store
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
    let instances = try session.catalog.instances()
    let instance = instances.first { $0.name == name }
    let root = instance?.folder ?? path
    session.answer(instance?.json ?? ["name": JSON(name), "folder": JSON(path)]) {
      let hasPipeline = PathKind(of: root + "/pipeline.yaml") == .file
      return [
        Line("\(path) is the instance \(name) now; nothing in it was changed."),
        Line(
          hasPipeline
            ? " next: 'lathe run' runs its pipeline.yaml, 'lathe run -- COMMAND' one command."
            : " next: 'lathe run -- COMMAND' runs a command in it; a pipeline.yaml makes it steps.",
          .dim
        ),
      ]
    }
    let warnings = Self.warnings(
      of: root,
      userHome: session.environment["HOME"],
      home: session.home.folder,
      others: instances.filter { $0.name != name }
    )
    session.errors.print(
      warnings.map { Line("warning: ", Style.warning.bolded()) + Line(SafeText(hostile: $0)) }
    )
  }

  /// What is odd about a folder as an instance: all of it is code of the runs there.
  package static func warnings(
    of folder: String,
    userHome: String?,
    home: String,
    others: [InstanceRecord]
  ) -> [String] {
    func holds(_ outer: String, _ inner: String) -> Bool {
      inner.hasPrefix(outer.hasSuffix("/") ? outer : outer + "/")
    }
    let code = "all of it is looked at as code of each run: a project's own folder is better."
    var warnings: [String] = []
    if folder == "/" {
      warnings.append("\(folder) is the whole file system, and \(code)")
    } else if folder == userHome {
      warnings.append("\(folder) is your home folder, and \(code)")
    }
    if folder == home || holds(folder, home) {
      warnings.append("The home of Lathe (\(home)) lies in it, with everything that runs write.")
    }
    let inner = others.filter { holds(folder, $0.folder) }.map(\.name)
    if !inner.isEmpty {
      let more = inner.count > 5 ? " and \(inner.count - 5) more" : ""
      let names = inner.prefix(5).joined(separator: ", ") + more
      warnings.append(
        "It holds the folder\(inner.count == 1 ? "" : "s") of \(names), as code of its runs."
      )
    }
    if let outer = others.around(folder) {
      warnings.append(
        "It lies in the folder of the instance \(outer.name), whose runs see it as code."
      )
    }
    return warnings
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
