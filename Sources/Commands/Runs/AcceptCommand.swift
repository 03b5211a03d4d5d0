package import ArgumentParser
import Documents
import Engine
import Store
import Terminal

package struct AcceptCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "accept",
    abstract: "Let a step's earlier result count although the step has changed.",
    discussion: """
      For a change that cannot matter, such as a comment: the result that STEP has in RUN counts for \
      the step as it is now, in every run, until --undo takes that back.

      EXAMPLE: a comment in train.py is no reason to train again
        lathe accept @ train --reason "only a comment"
      """
  )

  @Argument(help: ArgumentHelp("The run whose result counts.", valueName: "run"))
  package var reference: String
  @Argument(help: "The step that has changed.")
  package var step: String
  @Option(name: .long, help: "Why; 'lathe why' shows it.")
  package var reason: String?
  @Flag(name: .long, help: "Take back what was accepted for this run's step.")
  package var undo = false
  @OptionGroup var output: OutputOptions

  package init() {}

  package func validate() throws {
    if undo && reason != nil { throw ValidationError("--undo takes no --reason.") }
  }

  package func run() throws {
    let session = Session(output)
    let run = try session.catalog.run(named: reference)
    let request = AcceptRequest(
      run: run.id,
      step: step,
      reason: reason ?? "",
      environment: session.environment,
      isUndone: undo
    )
    guard case .accepted(let acceptance) = try session.agent.send(.accept(request)) else {
      throw ExitCode(1)
    }
    session.answer(acceptance.json(run: run.shortName, step: step, isUndone: undo)) {
      acceptance.lines(run: run.shortName, step: step, isUndone: undo)
    }
  }
}

extension Acceptance {
  package func lines(run: String, step: String, isUndone: Bool) -> [Line] {
    let name = SafeText(hostile: "\(run) \(step)")
    if isUndone {
      return [Line("The result of ") + Line(name, .bold) + Line(" counts for itself alone again.")]
    }
    let changes = changes.prefix(5).joined(separator: ", ")
    return [
      Line("The result of ") + Line(name, .bold)
        + Line(SafeText(hostile: " counts for the step as it is now: \(changes).")),
      Line(
        SafeText(
          hostile: " next: 'lathe accept --undo \(run) \(shellWord(step))' takes that back."
        ),
        .dim
      ),
    ]
  }

  package func json(run: String, step: String, isUndone: Bool) -> JSON {
    [
      "run": JSON(run), "step": JSON(step), "accepted": JSON(!isUndone),
      "reason": JSON(aliases.first?.reason), "changes": .array(changes.map { .string($0) }),
      "keys": .array(aliases.map { .string($0.key.hex) }),
    ]
  }
}
