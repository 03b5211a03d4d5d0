package import ArgumentParser
import Documents
import Engine
import Foundation
package import Infrastructure
import Store
import Terminal

package struct UpCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "up",
    abstract: "Make a stack from a template, and follow it.",
    discussion: """
      Missing parameters and acknowledgements are asked for on a terminal. When a resource fails, what \
      was made is rolled back and the reason is shown.

      EXAMPLE: the plan first, then the stack
        lathe up digits --plan
        lathe up digits --name lab -p InstanceType=local --ack CAPABILITY_IAM
      """
  )

  @Argument(help: "A template of the gallery, or a path.")
  package var template: String
  @Option(name: .long, help: "The stack's name (default: the template's).")
  package var name: String?
  @OptionGroup package var parameters: ParameterOptions
  @Option(
    name: .long,
    help: ArgumentHelp("Acknowledge a capability; may be repeated.", valueName: "capability")
  )
  package var ack: [String] = []
  @Flag(name: .long, help: "Print what would be made, and make nothing.")
  package var plan = false
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    let loaded = try session.gallery.template(named: template)
    let stack = name ?? loaded.name
    var values = parameters.values
    if session.canAsk && !plan {
      for parameter in loaded.template.missing(from: values) {
        values[parameter.name] = try session.value(for: parameter, of: loaded.template)
      }
    }
    let decided = try StackPlan(stack: stack, template: loaded.template, parameters: values)
    if plan {
      return session.answer(decided.json) { decided.lines(width: session.width) }
    }
    if let there = try session.catalog.stack(stack), there.status != .deleteComplete {
      throw Explanation(
        what: "A stack named '\(stack)' is there already.",
        why: "Its status is \(there.status.rawValue).",
        next: "'lathe up \(template) --name NAME' makes another; 'lathe down \(stack)' deletes it."
      )
    }
    if session.errors.isTerminal && !session.isJSON {
      session.errors.print(decided.lines(width: session.errors.size?.width) + [Line()])
    }
    let acknowledged = try acknowledge(decided, session)
    let isNamed = session.gallery.entries().contains { $0.name == template }
    let request = UpRequest(
      stack: stack,
      template: isNamed ? template : session.absolute(template),
      parameters: values,
      acknowledged: acknowledged,
      environment: session.environment
    )
    try session.agent.send(.up(request))
    try session.finish(stack: stack, planned: decided.entries.count)
  }

  /// The capabilities that the user has acknowledged, by flag or by answer.
  private func acknowledge(_ plan: StackPlan, _ session: Session) throws -> [String] {
    var given = ack
    let missing = plan.capabilities.filter { !given.contains($0.name) }
    for capability in missing where session.canAsk {
      session.errors.print(Line("\(capability.name): \(capability.sentence)"))
      let answer = session.ask(Line("Acknowledge? [y/N]", .bold)) ?? ""
      if ["y", "yes"].contains(answer.lowercased()) { given.append(capability.name) }
    }
    let refused = plan.capabilities.filter { !given.contains($0.name) }
    guard refused.isEmpty else {
      let flags = refused.map { "--ack \($0.name)" }.joined(separator: " ")
      throw Explanation(
        what: "The template needs your acknowledgement.",
        why: refused.map { "\($0.name): \($0.sentence)" }.joined(separator: "\n"),
        next: "Give it with \(flags)."
      )
    }
    return given
  }
}

extension Template {
  /// Parameters without a default that were not given.
  package func missing(from given: [String: String]) -> [TemplateParameter] {
    parameters.filter { $0.defaultValue == nil && given[$0.name] == nil }
  }
}

extension Session {
  /// Asks for a parameter's value until it is one that the template takes.
  fileprivate func value(for parameter: TemplateParameter, of template: Template) throws -> String {
    if !parameter.description.isEmpty { errors.print(Line("\(parameter.description)", .dim)) }
    let choices =
      parameter.allowedValues.isEmpty ? "" : " (\(parameter.allowedValues.joined(separator: ", ")))"
    while let answer = ask(Line("\(parameter.label ?? parameter.name)\(choices):", .bold)) {
      guard let fault = template.fault(of: answer, for: parameter) else { return answer }
      errors.print(Line(SafeText(hostile: fault), .bad))
    }
    throw Explanation(
      what: "The parameter '\(parameter.name)' is missing.",
      next: "Give it with -p \(parameter.name)=VALUE."
    )
  }
}
