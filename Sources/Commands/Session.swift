package import ArgumentParser
import Documents
import Engine
import Foundation
import Store
import Terminal

/// What a command works with: the home that the environment names and the two streams.
struct Session {
  let environment: [String: String]
  let home: Home
  let catalog: Catalog
  let agent: AgentClient
  let output: Output
  let errors: Output
  let folder: String
  let isJSON: Bool

  init(_ options: OutputOptions) {
    environment = ProcessInfo.processInfo.environment
    home = Home(environment: environment)
    catalog = Catalog(home: home)
    agent = AgentClient(home: home)
    output = Output(descriptor: STDOUT_FILENO, environment: environment)
    errors = Output(descriptor: STDERR_FILENO, environment: environment)
    folder = FileManager.default.currentDirectoryPath
    isJSON = options.json
  }

  var gallery: Gallery { Gallery(home: home) }

  /// Columns to fit a table into; nil when the output is a pipe or a file.
  var width: Int? { output.size?.width }

  /// Prints one answer in the form that was asked for.
  func answer(_ json: @autoclosure () throws -> JSON, _ lines: () throws -> [Line]) rethrows {
    if isJSON { return output.print(try json()) }
    let lines = try lines()
    sayWhoseHome()
    output.print(lines)
  }

  /// Says that a home is another host's, before what a command shows of it.
  func sayWhoseHome() {
    guard let owner = HomeSite().otherOwner(of: home) else { return }
    errors.print(Line("The home belongs to \(owner.name): it is only read here.", .warning))
  }

  /// Tells of full disks, on which what is read here may be behind the times.
  func warnOfFullDisks() { errors.print(ErrorReport.warnings(of: home.spaces())) }

  /// Whether questions can be asked: somebody sits at both ends.
  var canAsk: Bool { !isJSON && errors.isTerminal && isatty(STDIN_FILENO) == 1 }

  /// Asks for a line of text; nil at the end of input.
  func ask(_ question: Line) -> String? {
    errors.write((errors.hasColors ? question.colored : question.plain) + " ")
    return readLine()
  }

  /// The path of a file as typed, absolute.
  func absolute(_ path: String) -> String {
    let whole = path.hasPrefix("/") ? path : folder + "/" + path
    return URL(filePath: whole).standardizedFileURL.path
  }
}

/// What every command understands.
package struct OutputOptions: ParsableArguments {
  @Flag(name: .long, help: "Print one JSON document instead of text.")
  package var json = false

  package init() {}
}

/// `-p NAME=VALUE`.
package struct Assignment: ExpressibleByArgument, Sendable, Equatable {
  package let name: String
  package let value: String

  package init?(argument: String) {
    guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
      return nil
    }
    name = String(argument[..<equals])
    value = String(argument[argument.index(after: equals)...])
  }
}

package struct ParameterOptions: ParsableArguments {
  @Option(
    name: [.customShort("p"), .customLong("parameter")],
    help: ArgumentHelp("A parameter's value; may be repeated.", valueName: "name=value")
  )
  package var parameters: [Assignment] = []

  package init() {}

  /// By name; the last one of a name counts.
  package var values: [String: String] {
    Dictionary(parameters.map { ($0.name, $0.value) }) { $1 }
  }
}

/// The text of a file that a user named.
///
/// Throws an `Explanation` for one that cannot be read, is larger than `limit` bytes or is not UTF-8.
func readText(_ path: String, limit: Int) throws -> String {
  guard let handle = FileHandle(forReadingAtPath: path) else {
    throw Explanation(
      what: "\(path) cannot be read.",
      why: String(cString: strerror(errno)),
      next: "Check the path and its permissions."
    )
  }
  defer { try? handle.close() }
  let data: Data
  do {
    data = try handle.read(upToCount: limit + 1) ?? Data()
  } catch {
    throw Explanation(
      what: "\(path) cannot be read.",
      why: "It may be a folder.",
      next: "Name a file."
    )
  }
  guard data.count <= limit else {
    throw Explanation(
      what: "\(path) is too large.",
      why: "Only files up to \(bytesText(limit).string) are read.",
      next: "Name a template or a pipeline file."
    )
  }
  guard let text = String(data: data, encoding: .utf8) else {
    throw Explanation(
      what: "\(path) is not text.",
      why: "It holds bytes that are not UTF-8.",
      next: "Save it as UTF-8."
    )
  }
  return text
}
