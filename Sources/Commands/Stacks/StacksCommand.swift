package import ArgumentParser
import Documents
import Engine
package import Foundation
package import Store
import Terminal

package struct StacksCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "stacks",
    abstract: "List the stacks and the instances.",
    discussion: """
      Folders that 'lathe init' adopted are listed too, as they have no stack.

      EXAMPLE: the deleted ones as well
        lathe stacks --deleted
      """
  )

  @Flag(name: .long, help: "List deleted stacks, too.")
  package var deleted = false
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    let stacks = try session.catalog.stacks(includingDeleted: deleted)
    let instances = try session.catalog.instances()
    session.answer([
      "stacks": .array(stacks.map(\.json)), "instances": .array(instances.map(\.json)),
    ]) {
      StackTable.lines(stacks, instances: instances, at: Date(), width: session.width)
    }
  }
}

/// The list of stacks, adopted instances below them.
package enum StackTable {
  package static func lines(
    _ stacks: [StackRecord],
    instances: [InstanceRecord],
    at now: Date,
    width: Int?
  ) -> [Line] {
    guard !stacks.isEmpty || !instances.isEmpty else {
      return [
        Line("No stacks yet."),
        Line("  next: 'lathe templates' lists what there is to choose from.", .dim),
      ]
    }
    var rows = stacks.map { stack -> [Line] in
      let instance = instances.first { $0.stack == stack.name }
      return [
        stack.status.mark.line, Line(SafeText(hostile: stack.name), .bold),
        Line("\(stack.status.rawValue)", stack.status.mark.style),
        Line(SafeText(hostile: stack.template), .dim),
        instance?.cell(besides: stack.name) ?? Line(),
        Line(SafeText(hostile: ageText(stack.updated, at: now)), .dim),
        Line(SafeText(hostile: instance?.folder ?? ""), .dim),
      ]
    }
    rows += instances.filter { $0.stack == nil }.map { instance in
      [
        Line("✓", .good), Line(SafeText(hostile: instance.name), .bold),
        Line(SafeText(hostile: instance.isAdopted ? "adopted" : "no stack"), .dim), Line(),
        instance.cell(besides: instance.name),
        Line(SafeText(hostile: ageText(instance.created, at: now)), .dim),
        Line(SafeText(hostile: instance.folder), .dim),
      ]
    }
    let columns: [Table.Column] = [
      .init(""), .init("name"), .init("status"), .init("template", rank: 2, least: 8),
      .init("instance"), .init("when", right: true, rank: 1), .init("folder", rank: 3, least: 16),
    ]
    return Table(columns, rows).lines(width: width)
  }
}

extension InstanceRecord {
  /// How it stands, behind its name where the row does not say that already.
  fileprivate func cell(besides shown: String) -> Line {
    let own = name == shown ? Line() : Line(SafeText(hostile: name), .bold) + Line(" ")
    return own + Line("\(status.rawValue)", status.style) + Line("  \(limits)", .dim)
  }
}

package struct DescribeCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Show a stack: resources, parameters, outputs, events.",
    discussion: """
      EXAMPLE:
        lathe describe digits
      """
  )

  @Argument(help: "The stack, or an adopted instance.")
  package var name: String
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    if let stack = try session.catalog.stack(name) {
      let report = try session.report(on: stack)
      return session.answer(report.json) { report.lines(width: session.width) }
    }
    let instance = try session.instanceWithoutStack(name)
    session.answer(instance.json) { [instance.line] }
  }
}

package struct DownCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "down",
    abstract: "Delete a stack; its runs stay, its folder goes to the trash.",
    discussion: """
      An instance that 'lathe init' adopted is only released: its folder is not touched.

      EXAMPLE:
        lathe down digits
      """
  )

  @Argument(help: "The stack, or an adopted instance.")
  package var name: String
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    guard let stack = try session.catalog.stack(name), stack.status != .deleteComplete else {
      let instance = try session.instanceWithoutStack(name)
      try session.agent.send(.release(instance: instance.name))
      return session.answer(["instance": JSON(name), "released": .boolean(true)]) {
        [Line("\(name) is released; \(instance.folder) is as it was.")]
      }
    }
    let last = try session.catalog.events(of: name).last?.id ?? 0
    try session.agent.send(.down(stack: name))
    let end = try StackFollower(session: session, stack: name).follow(after: last)
    let status = end?.status ?? .deleteComplete
    session.answer([
      "stack": JSON(name), "status": JSON(status.rawValue), "trash": JSON(session.home.trash),
    ]) {
      status == .deleteComplete
        ? [
          Line(
            "\(name) is deleted; its runs stay, its folder is in the trash: \(session.home.trash)"
          )
        ]
        : [
          Line("\(name) \(status.rawValue)", .bad),
          Line("  why: ", .dim) + Line(SafeText(hostile: end?.reason ?? "See its events.")),
          Line(" next: 'lathe describe \(name)' tells all.", .dim),
        ]
    }
    if status != .deleteComplete { throw ExitCode(1) }
  }
}

extension Session {
  /// An instance of that name; throws an `Explanation` with what there is.
  func instanceWithoutStack(_ name: String) throws -> InstanceRecord {
    if let instance = try catalog.instance(name) { return instance }
    let known = try catalog.stacks().map(\.name) + catalog.instances().map(\.name)
    throw Explanation(
      what: "There is no stack or instance '\(name)'.",
      why: listed(Set(known).sorted()),
      next: "'lathe stacks' lists them."
    )
  }
}
