import Foundation
import Store
import Terminal

extension StackView {
  /// The line that says how it stands and what to do next; a failure stays here with its last words.
  func drawBanner(
    _ facts: StackFacts,
    on screen: inout Screen,
    in rect: Rect,
    _ context: Context
  ) {
    let status = facts.stack.status
    var right = StyledText(SafeText(hostile: status.rawValue), .dim)
    if status.isInProgress {
      let past = context.now - facts.stack.created.timeIntervalSince1970
      right = StyledText(durationText(past) + " ", .running) + right
    }
    var frame = Frame("\(stack)", glyphs: context.glyphs)
    frame.title = StyledText("\(stack) ", .bold)
    frame.title.append("from \(facts.stack.template)", .dim)
    frame.right = right
    let inside = frame.draw(on: &screen, in: rect)
    for (index, line) in banner(facts, width: inside.width - 2, context).prefix(inside.height)
      .enumerated()
    {
      screen.write(line, x: inside.x + 1, y: inside.y + index, width: inside.width - 2)
    }
  }

  func banner(_ facts: StackFacts, width: Int, _ context: Context) -> [StyledText] {
    let status = facts.stack.status
    switch status {
    case .createComplete:
      var line = StyledText("It is up. ", Style(.good, bold: true))
      line.append("Enter launches its pipeline, e shows its files.")
      return [line]
    case .deleteComplete: return [StyledText("It was taken down; its runs are kept.", .dim)]
    case _ where status.isFailure:
      let failed = facts.resources.first {
        $0.status == .createFailed || $0.status == .deleteFailed
      }
      let reason = facts.stack.reason ?? failed?.reason ?? "See the events below."
      let name = failed.map { "\($0.logicalID): " } ?? ""
      // The first line is the reason, what follows is what the script said at last.
      let told = SafeText.lines(hostile: name + reason, most: 40).enumerated()
        .flatMap { index, line in
          StyledText(line, index == 0 ? Style(.bad, bold: true) : .normal).wordWrapped(to: width)
        }
      let next: SafeText =
        status == .deleteFailed
        ? "x tries again to take it down."
        : "x clears it away; the gallery (2) makes it anew."
      if told.count > 1 { return told.prefix(6) + [StyledText(next, .dim)] }
      let last = facts.events.filter { event in
        event.status.isEmpty && (failed == nil || event.logicalID == failed?.logicalID)
      }.suffix(2)
      return told + last.map { StyledText(SafeText(hostile: $0.reason)) } + [StyledText(next, .dim)]
    default:
      let done = facts.resources.filter { $0.status == .createComplete }.count
      let current = facts.resources.last { $0.status == .createInProgress }
      var line = StyledText(StackView.word(status.rawValue), .running)
      line.append("  \(done) of \(facts.resources.count) resources", .dim)
      if let current { line.append("  now \(current.logicalID)") }
      return [line]
    }
  }

  func drawResources(
    _ facts: StackFacts,
    on screen: inout Screen,
    in rect: Rect,
    _ context: Context
  ) {
    let inside = Frame("Resources", glyphs: context.glyphs).draw(on: &screen, in: rect)
    let rows = facts.resources.map { resource in
      [
        StyledText(
          StackView.word(resource.status.rawValue),
          StackView.style(resource.status.rawValue)
        ),
        StyledText(SafeText(hostile: resource.logicalID), .bold),
        StyledText(SafeText(hostile: StackView.shortType(resource.type)), .dim),
        StyledText(
          SafeText(hostile: told(of: resource) ?? place(of: resource, context)),
          resource.status == .createFailed ? .bad : .normal
        ),
      ]
    }
    let widths = StackView.widths(rows)
    Table(
      columns: [
        .init("", .fixed(max(11, widths[0]) + 1), priority: 5),
        .init("", .fixed(min(28, widths[1]) + 1), priority: 4),
        .init("", .fixed(widths[2] + 1), priority: 2),
        // The type makes room for a folder or a reason that needs it.
        .init("", .flexible(least: min(60, max(12, widths[3])), weight: 1), priority: 3),
      ],
      rows: rows.map { Table.Row($0) },
      showsHeader: false,
      empty: ["Nothing yet."],
      focused: false,
      glyphs: context.glyphs
    ).draw(
      on: &screen,
      in: Rect(x: inside.x + 1, y: inside.y, width: inside.width - 2, height: inside.height),
      state: ListState(selected: max(0, facts.resources.count - inside.height))
    )
    screen.restyle(inside) { $0.underline = false }
  }

  /// What the template promises to say: names and places that the user needs.
  func drawOutputs(
    _ outputs: [StackOutput],
    on screen: inout Screen,
    in rect: Rect,
    _ context: Context
  ) {
    guard !rect.isEmpty else { return }
    let inside = Frame("Outputs", glyphs: context.glyphs).draw(on: &screen, in: rect)
    let rows = outputs.map { output in
      [
        StyledText(SafeText(hostile: output.name), .bold),
        StyledText(SafeText(hostile: output.value)),
        StyledText(SafeText(hostile: output.description), .dim),
      ]
    }
    let widths = StackView.widths(rows)
    Table(
      columns: [
        .init("", .fixed(min(28, widths[0]) + 1), priority: 3),
        .init("", .fixed(min(max(12, inside.width - 32), widths[1]) + 1), priority: 2),
        .init("", .flexible(least: min(60, widths[2]), weight: 1), priority: 1),
      ],
      rows: rows.map { Table.Row($0) },
      showsHeader: false,
      focused: false,
      glyphs: context.glyphs
    ).draw(
      on: &screen,
      in: Rect(x: inside.x + 1, y: inside.y, width: inside.width - 2, height: inside.height),
      state: ListState()
    )
    screen.restyle(inside) { $0.underline = false }
  }

  /// The widest cell of each column.
  private static func widths(_ rows: [[StyledText]]) -> [Int] {
    (0..<4).map { column in
      rows.map { column < $0.count ? $0[column].width : 0 }.max() ?? 0
    }
  }

  /// Why a resource is not as it should be.
  private func told(of resource: ResourceRecord) -> String? {
    resource.status.rawValue.hasSuffix("FAILED") ? resource.reason : nil
  }

  /// "NotebookInstance" of "AWS::SageMaker::NotebookInstance".
  static func shortType(_ type: String) -> String {
    type.split(separator: ":").last.map(String.init) ?? type
  }

  /// What a resource is on this machine: a folder where it has one, else the name in its ARN.
  func place(of resource: ResourceRecord, _ context: Context) -> String {
    let name = resource.physicalID.split(separator: ":").last.map(String.init) ?? ""
    switch resource.type {
    case "AWS::SageMaker::NotebookInstance":
      let own = context.headerFacts?.instances.first { $0.stack == stack }
      return own?.folder ?? String(name.drop { $0 != "/" }.dropFirst())
    case "AWS::S3::Bucket": return context.home.buckets + "/" + resource.physicalID
    default: return name.contains("/") ? String(name.drop { $0 != "/" }.dropFirst()) : name
    }
  }

  /// CloudFormation's status in plain words.
  static func word(_ status: String) -> SafeText {
    switch status {
    case "CREATE_IN_PROGRESS": "creating"
    case "CREATE_COMPLETE": "up"
    case "CREATE_FAILED": "FAILED"
    case "ROLLBACK_IN_PROGRESS": "rolling back"
    case "ROLLBACK_COMPLETE": "rolled back"
    case "ROLLBACK_FAILED": "stuck"
    case "DELETE_IN_PROGRESS": "going away"
    case "DELETE_COMPLETE": "gone"
    case "DELETE_FAILED": "not gone"
    case "DELETE_SKIPPED": "kept"
    case "REVIEW_IN_PROGRESS": "planned"
    default: SafeText(hostile: status)
    }
  }

  static func style(_ status: String) -> Style {
    if status.hasSuffix("_IN_PROGRESS") { return .running }
    if status.hasSuffix("FAILED") { return .bad }
    if status.hasPrefix("ROLLBACK") { return .bad }
    return status == "CREATE_COMPLETE" ? .good : .dim
  }
}
