package import ArgumentParser
package import Documents
package import Engine
import Foundation
import Glibc
import Store

package struct RunCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Launch a pipeline, or one command, and follow it.",
    usage: """
      lathe run [<pipeline>] [--parameter <name=value> ...] [<options>]
      lathe run [<options>] -- <command> ...
      """,
    discussion: """
      PIPELINE is a file of the instance, or x for x.yaml or pipelines/x.yaml. The run belongs to no \
      terminal: Ctrl-C leaves it going and says how to watch and how to stop it.

      EXAMPLE: another learning rate
        lathe run -p learning_rate=0.03 --note "slower"

      EXAMPLE: what would run, and why
        lathe run --plan

      EXAMPLE: train anew on the results that the newest run has of the steps before
        lathe run --from train

      EXAMPLE: six runs, two at a time, that share the steps that are the same
        lathe run --sweep learning_rate=0.1,0.03 --sweep seed=1..3 --parallel 2

      EXAMPLE: one command, no pipeline file
        lathe run -- python3 train.py --lr 0.1

      EXAMPLE: with the instance's virtual environment
        lathe run -- .venv/bin/python train.py --lr 0.1
      """
  )

  @Argument(help: "The pipeline (default: pipeline.yaml).")
  package var pipeline: String?
  @Option(name: .customLong("in"), help: "The instance to run in.")
  package var instance: String?
  @OptionGroup package var parameters: ParameterOptions
  @Option(name: .long, help: "A name for the run, or for the sweep.")
  package var name: String?
  @Option(name: .long, help: "A note about the run.")
  package var note: String?
  @OptionGroup package var sweep: SweepOptions
  @OptionGroup package var selection: SelectionOptions
  @OptionGroup package var following: FollowOptions
  @Argument(parsing: .postTerminator, help: "After --: one command to run instead of a pipeline.")
  package var command: [String] = []
  @OptionGroup var output: OutputOptions

  package init() {}

  package func validate() throws {
    if command.isEmpty, CommandLine.arguments.last == "--" {
      throw ValidationError(
        "Nothing stands behind '--': write the command there, or leave '--' out to run the pipeline."
      )
    }
    guard !command.isEmpty else { return }
    if pipeline != nil {
      throw ValidationError("Give a pipeline or a command after '--', not both.")
    }
    if !parameters.parameters.isEmpty {
      throw ValidationError("A command takes no parameters: write them behind it, after '--'.")
    }
    if !selection.from.isEmpty || !selection.only.isEmpty {
      throw ValidationError("A command is one step: --from and --only need a pipeline.")
    }
  }

  package func run() throws {
    let session = Session(output)
    let instance = try session.catalog.instances().meant(by: instance, in: session.folder)
    try RunCommand.refuseShellLine(command) {
      FileManager.default.fileExists(atPath: instance.folder + "/" + $0)
    }
    try RunCommand.refuseMissingProgram(
      command,
      path: session.environment["PATH"],
      folder: instance.folder
    ) { access($0, F_OK) == 0 }
    var request = try request(in: instance.name) {
      try pipelineFile(
        named: pipeline,
        in: instance,
        from: session.folder,
        exists: { PathKind(of: $0) == .file },
        isFolder: { PathKind(of: $0) == .folder }
      )
    }
    request.environment = session.environment
    try session.launch(request, sweep, selection, following)
  }

  /// A whole shell line as one word is no program: throws an `Explanation` with the way to run it.
  package static func refuseShellLine(
    _ command: [String],
    isFile: (String) -> Bool
  ) throws(Explanation) {
    guard command.count == 1, let line = command.first, !isFile(line),
      line.contains(where: { " \t\n|&;<>".contains($0) })
    else { return }
    let quoted = "'" + line.replacing("'", with: "'\\''") + "'"
    throw Explanation(
      what: "'\(line)' is one word, and no program has that name.",
      why: "What stands after '--' is started as it is, without a shell.",
      next: "For a shell line: lathe run -- bash -c \(quoted)"
    )
  }

  /// A program that is certainly not there: throws an `Explanation` that says where it was looked for.
  ///
  /// `path` is the PATH that the step will have, `folder` the instance's; a program's own file may still
  /// be no program, which its start tells.
  package static func refuseMissingProgram(
    _ command: [String],
    path: String?,
    folder: String,
    exists: (_ path: String) -> Bool
  ) throws(Explanation) {
    guard let program = command.first, !program.isEmpty else { return }
    func whole(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }
    if program.contains("/") {
      guard !exists(whole(program)) else { return }
      throw Explanation(
        what: "There is no program \(program).",
        why: "\(whole(program)) does not exist.",
        next: "Correct its path: it is looked for in the instance's folder."
      )
    }
    let folders = (path ?? "/usr/local/bin:/usr/bin:/bin")
      .split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard !folders.contains(where: { exists(whole($0.isEmpty ? program : $0 + "/" + program)) })
    else { return }
    let isOwn = exists(whole(program))
    let name = program.split(separator: "=", maxSplits: 1).first.map(String.init) ?? program
    throw Explanation(
      what: "There is no program '\(program)'.",
      why: "None of the folders of PATH has it.",
      next: isOwn
        ? "For the file of the instance: lathe run -- ./\(shellWord(program))"
        : program.contains("=")
          ? "To set a variable: lathe run -- env \(shellWord(name))=VALUE COMMAND"
          : "Correct its name, or name its path."
    )
  }

  /// What the agent is asked for, without the environment.
  package func request(in instance: String, file: () throws -> String) rethrows -> LaunchRequest {
    LaunchRequest(
      instance: instance,
      what: command.isEmpty ? .pipeline(file: try file()) : .command(command),
      parameters: parameters.values,
      name: name,
      note: note
    )
  }
}
