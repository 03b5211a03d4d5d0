package import ArgumentParser
import Engine
import Store
import Terminal

package struct ApproveCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "approve",
    abstract: "Approve a registered model.",
    discussion: """
      MODEL is GROUP/VERSION, or GROUP for its newest version.

      EXAMPLE:
        lathe approve digits/3 --note "best so far"
      """
  )

  @Argument(help: "The model.")
  package var model: String
  @Option(name: .long, help: "Why.")
  package var note: String?
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    try Session(output).decide(model, .approved, note)
  }
}

package struct RejectCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "reject",
    abstract: "Reject a registered model.",
    discussion: """
      MODEL is GROUP/VERSION, or GROUP for its newest version.

      EXAMPLE:
        lathe reject digits/2 --note "overfits"
      """
  )

  @Argument(help: "The model.")
  package var model: String
  @Option(name: .long, help: "Why.")
  package var note: String?
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    try Session(output).decide(model, .rejected, note)
  }
}

extension Session {
  fileprivate func decide(_ text: String, _ approval: Approval, _ note: String?) throws {
    let model = try catalog.model(named: text)
    try agent.send(.decide(model: model.shortName, approval: approval, note: note))
    let now = try catalog.model(named: model.shortName)
    answer(now.json) {
      [
        Line("\(now.shortName) ", .bold)
          + Line("\(now.approval.rawValue)", now.approval == .approved ? .good : .warning)
          + Line("  made by r\(now.run)", .dim)
      ]
    }
  }
}
