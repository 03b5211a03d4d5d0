import Commands
import Documents
import Engine
import Foundation
import Store
import TerminalCurses
import Workbench

// Composition only: which entrance was meant, and the real terminal for the workbench.
//
// A first argument that begins with "__" is the program calling itself: the agent, a step runner.
// Those hidden entrances belong to the engine; what benchmarks draw belongs to the commands.

let arguments = Array(CommandLine.arguments.dropFirst())
if let name = arguments.first, name.hasPrefix("__"),
  let status = HiddenCommand.run(name, Array(arguments.dropFirst()))
    ?? HiddenDrawing.run(name, Array(arguments.dropFirst()))
{
  exit(status)
}
LatheCommand.main(arguments: arguments) {
  let environment = ProcessInfo.processInfo.environment
  let terminal: CursesTerminal
  do {
    terminal = try CursesTerminal.open()
  } catch let refusal as TerminalRefusal {
    throw Explanation(
      what: "The workbench cannot open here.",
      why: refusal.description,
      next: refusal.advice
    )
  }
  defer { terminal.close() }
  return Workbench.run(
    door: terminal,
    home: Home(environment: environment),
    environment: environment
  )
}
