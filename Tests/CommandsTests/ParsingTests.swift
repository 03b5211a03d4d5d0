import ArgumentParser
import Commands
import Documents
import Engine
import Foundation
import Testing

struct ParsingTests {
  static let lines: [(line: String, type: String)] = [
    ("", "LatheCommand"),
    ("templates", "TemplatesCommand"),
    ("validate pipeline.yaml", "ValidateCommand"),
    ("resolve digits -p A=1 -p B=2", "ResolveCommand"),
    ("up digits --name lab -p A=1 --ack CAPABILITY_IAM --plan", "UpCommand"),
    ("stacks --json", "StacksCommand"),
    ("describe digits", "DescribeCommand"),
    ("down digits", "DownCommand"),
    ("instance start digits", "Start"),
    ("instance stop digits", "Stop"),
    ("init . --name mine", "InitCommand"),
    ("run --in digits -p learning_rate=0.03 --name low --note slower --detach", "RunCommand"),
    ("run -- python train.py --lr 0.1", "RunCommand"),
    ("run --plan --no-cache", "RunCommand"),
    ("run --from train --reference r3", "RunCommand"),
    ("rerun r1 -p a=b", "RerunCommand"),
    ("rerun r1 --only train --only evaluate", "RerunCommand"),
    ("why r1", "WhyCommand"),
    ("why @ train --no-diff --json", "WhyCommand"),
    ("accept r1 train --reason cosmetic", "AcceptCommand"),
    ("accept --undo r1 train", "AcceptCommand"),
    ("runs --limit 5 --filter failed", "RunsCommand"),
    ("show @-1", "ShowCommand"),
    ("watch", "WatchCommand"),
    ("logs r1 train -f", "LogsCommand"),
    ("metrics r1 loss --csv", "MetricsCommand"),
    ("compare r1 r2 --diff", "CompareCommand"),
    ("plot r1 r2 -m loss --size 80x20 --log --ascii", "PlotCommand"),
    ("plot r1 -m a -m b --x time --range 10: --yrange -1:1 --smooth 0.9 --svg", "PlotCommand"),
    ("plot r1 --x time --log-x --symlog --robust --smooth median:9 --glyphs blocks", "PlotCommand"),
    ("plot r1 r2 --csv", "PlotCommand"),
    ("stop r1", "StopCommand"), ("stop r1 r3..r5 s2", "StopCommand"),
    ("validate", "ValidateCommand"),
    ("resume r1 r2", "ResumeCommand"), ("rm r1 r2 r3..r7", "RemoveCommand"),
    ("resume r1 --attached", "ResumeCommand"),
    ("rm r1", "RemoveCommand"),
    ("models --pending", "ModelsCommand"),
    ("approve digits/3 --note good", "ApproveCommand"),
    ("reject digits/3", "RejectCommand"),
    ("doctor --json", "DoctorCommand"),
    ("doctor --full", "DoctorCommand"),
    ("gc", "CollectCommand"),
    ("gc --keep 10 --older-than 30d --max-size 20GB --trash -n --json", "CollectCommand"),
    ("gc --older 12h --size 512MiB --force", "CollectCommand"),
    ("pin r1 r2", "PinCommand"),
    ("pin --remove @", "PinCommand"),
    ("get @ train", "GetCommand"),
    ("get r1 train model out/model.npz --json", "GetCommand"),
  ]

  @Test(arguments: lines)
  func `a command line is taken by its command`(line: String, type: String) throws {
    let command = try LatheCommand.parseAsRoot(line.split(separator: " ").map(String.init))
    #expect("\(Swift.type(of: command))" == type)
  }

  @Test(arguments: [
    ("gc --keep -1", "--keep takes a count of 0 or more"), ("logs -n -1", "--tail has to be 0"),
    ("runs --limit -3", "--limit has to be between"),
    ("run --sweep a=1 --parallel -1", "--parallel has to be at least 1"),
    ("plot @ --smooth -1", "an average has a weight from 0"),
    ("logs @ a --attempt -1", "at least 1"),
    ("logs @ --attempt 1", "--attempt needs the step"),
    ("plot @ --x lr --smooth 0.9", "points by lr are drawn as they were logged"),
    ("plot @ --svg=a.svg --size 80x20", "at least 120x80 pixels"),
    ("plot @ --force", "--force needs --svg=FILE"),
  ])
  func `a number below 0 is told to be one`(line: String, says: String) throws {
    let error = try #require(
      #expect(throws: (any Error).self) {
        try LatheCommand.parseAsRoot(line.split(separator: " ").map(String.init))
      }
    )
    #expect(LatheCommand.fullMessage(for: error).contains(says))
  }

  @Test func `parameters are given by name, and the last of a name counts`() throws {
    let command = try #require(
      try LatheCommand.parseAsRoot(["rerun", "@", "-p", "a=1", "-p", "b=x=y", "-p", "a=2"])
        as? RerunCommand
    )
    #expect(command.parameters.values == ["a": "2", "b": "x=y"])
  }

  @Test func `what stands behind two dashes is the command, flags and all`() throws {
    let command = try #require(
      try LatheCommand.parseAsRoot(["run", "--note", "n", "--", "python", "t.py", "--json", "-p"])
        as? RunCommand
    )
    let request = command.request(in: "lab") { "pipeline.yaml" }
    #expect(request.what == .command(["python", "t.py", "--json", "-p"]))
    #expect(request.note == "n")
  }

  @Test(arguments: [
    (["a | b"], "'a | b'"), (["echo it's"], "'echo it'\\''s'"), (["a;b"], "'a;b'"),
  ])
  func `a whole shell line as one word is refused with the way`(
    _ command: [String],
    _ quoted: String
  ) {
    let told = #expect(throws: Explanation.self) {
      try RunCommand.refuseShellLine(command) { _ in false }
    }
    #expect(told?.next == "For a shell line: lathe run -- bash -c \(quoted)")
  }

  @Test func `a program with blanks in its name, or arguments with them, are a command`() throws {
    try RunCommand.refuseShellLine(["my tool"]) { _ in true }
    try RunCommand.refuseShellLine(["bash", "-c", "a | b"]) { _ in false }
    try RunCommand.refuseShellLine(["./train.sh"]) { _ in false }
    try RunCommand.refuseShellLine([]) { _ in false }
  }

  @Test func `a pipeline's request carries what was typed`() throws {
    let command = try #require(
      try LatheCommand.parseAsRoot(["run", "nightly", "-p", "lr=0.1", "--name", "a"]) as? RunCommand
    )
    let request = command.request(in: "lab") { "pipelines/nightly.yaml" }
    #expect(
      request
        == LaunchRequest(
          instance: "lab",
          what: .pipeline(file: "pipelines/nightly.yaml"),
          parameters: ["lr": "0.1"],
          name: "a",
          token: request.token
        )
    )
  }

  @Test(arguments: [
    ["rnus"], ["run", "-p", "lr"], ["run", "-p", "=1"], ["show"], ["run", "a", "--", "b"],
    ["run", "--detach", "--attached"], ["compare", "r1"], ["runs", "--limit", "0"],
    ["metrics", "r1", "--csv"], ["logs", "-n", "-1"], ["runs", "--limit", "many"],
    ["plot", "r1", "-m", "loss", "--size", "80"], ["plot", "r1", "--range", "9:2"],
    ["plot", "r1", "--smooth", "1"], ["plot", "r1", "--smooth", "median:1"],
    ["plot", "r1", "--csv", "--svg"], ["plot", "r1", "--log", "--symlog"],
    ["plot", "r1", "--log", "--yrange", "0:1"], ["plot", "r1", "--size", "1001x20"],
    ["plot", "r1", "--glyphs", "dots"], ["plot", "r1", "--range", ":"],
    ["plot", "r1", "--csv", "--x", "time"], ["plot", "r1", "--csv", "--smooth", "0.9"],
    ["plot", "r1", "--json", "--x", "lr", "--smooth", "0.9"],
    ["plot", "r1", "r2", "r3", "r4", "-m", "a", "-m", "b", "-m", "c", "-m", "d"],
  ])
  func `wrong use is refused with three lines and the code 2`(arguments: [String]) throws {
    let error = try #require(
      #expect(throws: (any Error).self) { try LatheCommand.parseAsRoot(arguments) }
    )
    #expect(LatheCommand.code(for: error) == 2)
    let lines = LatheCommand.usageLines(LatheCommand.fullMessage(for: error)).map(\.plain)
    #expect(lines.first?.hasPrefix("error: ") ?? false)
    #expect(lines.last?.contains("--help") ?? false)
  }

  @Test(arguments: [
    ("--range", "9:2", "a range ends above its beginning, such as 2:9."),
    ("--range", "5:5", "a range ends above its beginning, such as 10:20."),
    ("--range", "1:x", "'x' is no finite number"), ("--yrange", "3", "two numbers with a colon"),
    ("--yrange", ":", "such as 10:20, 10: or :20."), ("--yrange", "inf:", "'inf' is no finite"),
    ("--size", "80", "such as 100x30."), ("--size", "9x9", "a width is 10 to 1000"),
    ("--smooth", "1", "from 0 to below 1, such as 0.9"), ("--smooth", "much", "such as median:9."),
    ("--smooth", "median:1", "a median is one of 2 to 9999 points, such as median:9."),
  ])
  func `an option of plot that is refused says what was given and what is taken`(
    option: String,
    given: String,
    taken: String
  ) throws {
    let error = try #require(
      #expect(throws: (any Error).self) {
        try LatheCommand.parseAsRoot(["plot", "r1", option, given])
      }
    )
    #expect(LatheCommand.code(for: error) == 2)
    let lines = LatheCommand.usageLines(LatheCommand.fullMessage(for: error)).map(\.plain)
    #expect(lines[0].contains("'\(given)'") && lines[0].contains(option), "\(lines)")
    #expect(lines.joined().contains(taken), "\(lines)")
  }

  @Test(arguments: [
    (["run", "python3", "train.py"], "lathe run -- python3 train.py"),
    (
      ["run", "--in", "lab", "python3", "train it.py", "--lr", "0.1"],
      "lathe run --in lab -- python3 'train it.py' --lr 0.1"
    ),
  ])
  func `a command without its two dashes is told with them`(line: [String], typed: String) throws {
    let error = try #require(
      #expect(throws: (any Error).self) { try LatheCommand.parseAsRoot(line) }
    )
    let lines = LatheCommand.usageLines(LatheCommand.fullMessage(for: error), of: line)
    #expect(lines.last?.plain == " next: Put -- before a command: \(typed)")
  }

  @Test func `a misspelt option of a pipeline is no command`() throws {
    let line = ["run", "nightly", "--nmae", "x"]
    let error = try #require(
      #expect(throws: (any Error).self) { try LatheCommand.parseAsRoot(line) }
    )
    let lines = LatheCommand.usageLines(LatheCommand.fullMessage(for: error), of: line)
    #expect(!lines.plain.contains("Put --"))
  }

  @Test(arguments: Set(lines.map(\.line).map { $0.isEmpty ? [] : words($0) }))
  func `every example of the help is taken as it stands`(words: [String]) throws {
    let error = #expect(throws: (any Error).self) {
      var command = try LatheCommand.parseAsRoot(words + ["--help"])
      try command.run()
    }
    let help = LatheCommand.fullMessage(for: try #require(error))
    let examples = help.split(separator: "\n").filter { $0.hasPrefix("  lathe ") }
    #expect(!examples.isEmpty)
    for example in examples {
      let line = example.prefix { $0 != ">" }.split(
        separator: "\"",
        omittingEmptySubsequences: false
      )
      let typed = line.enumerated().flatMap { index, part in
        index % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
      }
      #expect(throws: Never.self, "\(example)") {
        try LatheCommand.parseAsRoot(Array(typed.dropFirst()))
      }
    }
  }

  @Test(arguments: Set(lines.map(\.line).map { $0.isEmpty ? [] : words($0) }))
  func `help is wrapped by the terminal alone and tells a default once`(words: [String]) throws {
    let error = #expect(throws: (any Error).self) {
      var command = try LatheCommand.parseAsRoot(words + ["--help"])
      try command.run()
    }
    let help = LatheCommand.fullMessage(for: try #require(error), columns: 1000)
    let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.components(separatedBy: "(default:").count <= 2 })
    let prose = lines.prefix { !$0.hasPrefix("USAGE:") }.dropFirst()
    for (line, next) in zip(prose, prose.dropFirst()) {
      let isProse = { (text: Substring) in !text.isEmpty && !text.hasPrefix(" ") }
      #expect(!isProse(line) || line.hasPrefix("EXAMPLE") || !isProse(next), "\(line)")
    }
  }

  @Test func `a word that is no command is told with the nearest one`() {
    let unknown = LatheCommand.unknownCommand(in: ["rnus", "--json"])
    #expect(unknown?.next == "Did you mean 'runs'? 'lathe --help' lists the commands.")
    for line in Self.lines {
      #expect(
        LatheCommand.unknownCommand(in: line.line.split(separator: " ").map(String.init)) == nil
      )
    }
  }

  @Test(arguments: [["--help"], ["--version"], ["run", "--help"], ["help", "run"]])
  func `help and version are asked for, not wrong`(arguments: [String]) throws {
    let error = #expect(throws: (any Error).self) {
      var command = try LatheCommand.parseAsRoot(arguments)
      try command.run()
    }
    #expect(LatheCommand.code(for: try #require(error)) == 0)
  }

  @Test(arguments: Set(lines.map(\.line).filter { !$0.isEmpty }.map { words($0) }))
  func `every command's help has an example of itself`(words: [String]) throws {
    let error = #expect(throws: (any Error).self) {
      var command = try LatheCommand.parseAsRoot(words + ["--help"])
      try command.run()
    }
    let help = LatheCommand.fullMessage(for: try #require(error))
    #expect(help.contains("EXAMPLE"))
    #expect(help.contains("lathe " + words.joined(separator: " ")))
    #expect(help.contains("--json"))
  }

  /// The words of a line that name the command.
  private static func words(_ line: String) -> [String] {
    let words = line.split(separator: " ").map(String.init)
    return words[0] == "instance" ? Array(words.prefix(2)) : [words[0]]
  }
}
