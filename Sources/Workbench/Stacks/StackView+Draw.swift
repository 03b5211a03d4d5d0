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
    for (index, line) in banner(facts, context).prefix(inside.height).enumerated() {
      screen.write(line, x: inside.x + 1, y: inside.y + index, width: inside.width - 2)
    }
  }

  private func banner(_ facts: StackFacts, _ context: Context) -> [StyledText] {
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
      // What the failed resource's script said at last is the reason, most of the time.
      let last = facts.events.filter { event in
        event.status.isEmpty && (failed == nil || event.logicalID == failed?.logicalID)
      }.suffix(2)
      return [StyledText("\(name)\(reason)", Style(.bad, bold: true))]
        + last.map { StyledText(SafeText(hostile: $0.reason)) }
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
    let names = facts.resources.map { SafeText(hostile: $0.logicalID).width }.max() ?? 8
    Table(
      columns: [
        .init("", .fixed(11), priority: 5),
        .init("", .fixed(min(28, names)), priority: 4),
        .init("", .flexible(least: 16, weight: 1), priority: 2),
        .init("", .flexible(least: 12, weight: 2), priority: 3),
      ],
      rows: facts.resources.map { resource in
        Table.Row([
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
        ])
      },
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
