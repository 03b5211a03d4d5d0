package import ArgumentParser
package import Documents
import Engine
import Foundation
import Terminal

/// The root of the command line; without a command it stands for the workbench.
package struct LatheCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "lathe",
    abstract: "A workbench for machine learning in the terminal.",
    discussion: """
      Without a command, the workbench opens. The same things are there as commands, each with \
      --json and exit codes for scripts: 0 done, 1 the run or stack failed, 2 wrong use or invalid \
      input, 130 interrupted.

      EXAMPLE: from a template to a run
        lathe up digits --ack CAPABILITY_IAM
        lathe run --in digits -p learning_rate=0.03
        lathe runs
      """,
    version: latheVersion,
    groupedSubcommands: [
      CommandGroup(
        name: "Templates, stacks and instances",
        subcommands: [
          TemplatesCommand.self, ValidateCommand.self, ResolveCommand.self, UpCommand.self,
          StacksCommand.self, DescribeCommand.self, DownCommand.self, InstanceCommand.self,
          InitCommand.self,
        ]
      ),
      CommandGroup(
        name: "Runs",
        subcommands: [
          RunCommand.self, RerunCommand.self, RunsCommand.self, ShowCommand.self,
          WhyCommand.self, AcceptCommand.self, WatchCommand.self, LogsCommand.self,
          MetricsCommand.self, PlotCommand.self,
          CompareCommand.self, GetCommand.self, PinCommand.self, StopCommand.self,
          ResumeCommand.self, RemoveCommand.self,
        ]
      ),
      CommandGroup(
        name: "Models",
        subcommands: [ModelsCommand.self, ApproveCommand.self, RejectCommand.self]
      ),
      CommandGroup(
        name: "This machine",
        subcommands: [CollectCommand.self, DoctorCommand.self, AgentCommand.self]
      ),
    ]
  )

  package init() {}
}

extension LatheCommand {
  /// Runs the command line that the arguments spell, and ends the process with its exit code.
  ///
  /// `arguments` are without the program's name; `workbench` opens the workbench and gives its exit code.
  package static func main(arguments: [String], workbench: () throws -> Int32) -> Never {
    let environment = ProcessInfo.processInfo.environment
    let errors = Output(descriptor: STDERR_FILENO, environment: environment)
    do {
      if let unknown = unknownCommand(in: arguments) { throw unknown }
      var command = try parseAsRoot(arguments)
      if command is LatheCommand { Foundation.exit(try workbench()) }
      try command.run()
      Foundation.exit(0)
    } catch let code as ExitCode {
      Foundation.exit(code.rawValue)
    } catch {
      let wantsJSON = arguments.prefix { $0 != "--" }.contains("--json")
      Foundation.exit(
        report(error, of: arguments, as: wantsJSON, to: errors, environment: environment)
      )
    }
  }

  /// Prints an error that reached the top and returns its exit code.
  static func report(
    _ error: any Error,
    of arguments: [String],
    as json: Bool,
    to errors: Output,
    environment: [String: String]
  ) -> Int32 {
    let code = code(for: error)
    let isOurs = error is any Explained || code == 1
    if code == 0 {
      let output = Output(descriptor: STDOUT_FILENO, environment: environment)
      output.print(safeLines(fullMessage(for: error)))
    } else if json {
      let message = message(for: error)
      let next = terminatorHint(for: message, arguments) ?? "See 'lathe --help'."
      let usage = Explanation(what: message, next: next)
      errors.print(ErrorReport.json(for: isOurs ? error : usage))
    } else if isOurs {
      errors.print(ErrorReport.lines(for: error) { try? readText($0, limit: 8 << 20) })
    } else {
      errors.print(usageLines(fullMessage(for: error), of: arguments))
    }
    return code
  }

  /// The exit code of an error: 0 for a request for help, 2 for what the user can correct, 1 for a fault of Lathe's own.
  package static func code(for error: any Error) -> Int32 {
    if error is any Explained { return 2 }
    switch exitCode(for: error) {
    case .success: return 0
    case .validationFailure: return 2
    default: return 1
    }
  }

  /// What to say of a first word that is no command; nil when it is one.
  package static func unknownCommand(in arguments: [String]) -> Explanation? {
    guard let word = arguments.first, !word.hasPrefix("-") else { return nil }
    // Closures: key paths through these metatypes crash the compiler (6.3.1).
    let commands = configuration.groupedSubcommands.flatMap { $0.subcommands }
    let names = commands.compactMap { $0.configuration.commandName }
    guard !names.contains(word), word != "help" else { return nil }
    let near = nearest(word, among: names).map { "Did you mean '\($0)'? " } ?? ""
    return Explanation(
      what: "There is no command '\(word)'.",
      next: near + "'lathe --help' lists the commands."
    )
  }

  /// The parser's own message in the form of every other error.
  ///
  /// `arguments` are what the user typed, for what to type instead.
  package static func usageLines(_ message: String, of arguments: [String] = []) -> [Line] {
    var lines = message.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
    guard let first = lines.first, first.lowercased().hasPrefix("error: ") else {
      return safeLines(message)
    }
    lines.removeFirst()
    let next =
      terminatorHint(for: first, arguments) ?? lines.first { $0.contains("--help'") }?
      .trimmingCharacters(in: .whitespaces) ?? "See 'lathe --help'."
    // How a command is called tells no reason; its help has it.
    let rest = lines.prefix { !$0.hasPrefix("Usage: ") }.filter { !$0.contains("--help'") }
      .map { $0.drop { $0 == " " } }
    let explanation = Explanation(
      what: String(first.dropFirst("error: ".count)),
      why: rest.joined(separator: "\n"),
      next: next
    )
    return ErrorReport.lines(for: explanation)
  }

  /// What to type where a command stands without its `--`; nil where that is not what went wrong.
  private static func terminatorHint(for message: String, _ arguments: [String]) -> String? {
    guard arguments.first == "run", !arguments.contains("--") else { return nil }
    let takesValue = [
      "-p", "--parameter", "--in", "--name", "--note", "--from", "--only", "--reference", "--sweep",
      "--parallel",
    ]
    var start = 1
    while start < arguments.count, arguments[start].hasPrefix("-") {
      start += takesValue.contains(arguments[start]) ? 2 : 1
    }
    guard start + 1 < arguments.count else { return nil }
    // An unknown option behind a pipeline's name is a slip; behind two words it is the command's own.
    let isOption = arguments[start + 1].hasPrefix("-")
    let isUnexpected = message.lowercased().contains("unexpected argument")
    guard isUnexpected || (!isOption && message.contains("Unknown option")) else { return nil }
    let words = ["lathe"] + arguments[..<start] + ["--"] + arguments[start...]
    return "Put -- before a command: \(words.map(shellWord).joined(separator: " "))"
  }

  private static func safeLines(_ text: String) -> [Line] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { Line(SafeText(hostile: $0)) }
  }
}
