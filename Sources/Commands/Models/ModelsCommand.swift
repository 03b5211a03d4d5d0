package import ArgumentParser
import Engine
package import Foundation
package import Store
import Terminal

package struct ModelsCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "models",
    abstract: "List the registered models, newest version first.",
    discussion: """
      EXAMPLE: what waits for a decision
        lathe models --pending
      """
  )

  @Flag(name: .long, help: "Only versions that need your approval.")
  package var pending = false
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    let models = try session.catalog.models().filter { !pending || $0.approval == .pending }
    session.answer(JSON.array(models.map(\.json))) {
      ModelTable.lines(models, at: Date(), width: session.width)
    }
  }
}

/// The list of registered models.
package enum ModelTable {
  package static func lines(_ models: [ModelRecord], at now: Date, width: Int?) -> [Line] {
    guard !models.isEmpty else {
      return [
        Line("No models to list."),
        Line("  next: a RegisterModel step registers one when its run gets there.", .dim),
      ]
    }
    let rows = models.map { model -> [Line] in
      // Those inside of others, such as recall.3, are for --json: a list has one line a model.
      let metrics = model.metrics.filter { !$0.key.contains(".") }.sorted { $0.key < $1.key }
        .map { name, value in Line("\(name) ", .dim) + Line("\(figureText(value))") }
      return [
        Line("\(model.shortName)", .bold), Line(model.approval.words, model.approval.style),
        Line("r\(model.run)"), metrics.joined(", "),
        Line(bytesText(model.artifact.size)),
        Line(SafeText(hostile: ageText(model.created, at: now)), .dim),
        Line(SafeText(hostile: model.note ?? "")),
      ]
    }
    let columns: [Table.Column] = [
      .init("model"), .init("status"), .init("run"), .init("metrics", rank: 1, least: 12),
      .init("size", right: true, rank: 3), .init("when", right: true, rank: 2),
      .init("note", rank: 4, least: 8),
    ]
    return Table(columns, rows).lines(width: width)
  }
}

extension Approval {
  fileprivate var words: SafeText {
    switch self {
    case .pending: "needs your approval"
    case .approved: "approved"
    case .rejected: "rejected"
    }
  }

  fileprivate var style: Style {
    switch self {
    case .pending: .warning
    case .approved: .good
    case .rejected: .bad
    }
  }
}

extension ModelRecord {
  package var json: JSON {
    [
      "model": JSON(shortName), "group": JSON(group), "version": JSON(version),
      "approval": JSON(approval.rawValue), "run": JSON("r\(run)"), "step": JSON(step),
      "instance": JSON(instance), "artifact": artifact.json,
      "metrics": JSON(sorted: metrics.mapValues { JSON($0) }), "description": JSON(description),
      "created": JSON(created), "decided": JSON(decided), "decided_by": JSON(decidedBy),
      "note": JSON(note),
    ]
  }
}
