package import Engine
import Terminal

extension StackPlan {
  /// What `up` would make, in plain words.
  package func lines(width: Int?) -> [Line] {
    var lines = [Line("Stack \(stack) would make:", .bold)]
    let rows = entries.map { entry -> [Line] in
      [
        Line(
          SafeText(hostile: entry.fate == .made ? "+" : "·"),
          entry.fate == .made ? .good : .dim
        ),
        Line(SafeText(hostile: entry.logicalID), .bold), Line(SafeText(hostile: entry.type), .dim),
        Line(SafeText(hostile: entry.summary)),
      ]
    }
    let columns: [Table.Column] = [
      .init(""), .init("resource"), .init("type", rank: 1), .init("what it is here", least: 20),
    ]
    lines += Table(columns, rows).lines(width: width.map { $0 - 2 }).map { Line("  ") + $0 }
    for entry in entries {
      guard let script = entry.script else { continue }
      lines += [Line(), Line("  \(entry.logicalID) runs this script:")]
      lines += script.split(separator: "\n", omittingEmptySubsequences: false).prefix(200)
        .map { Line("    ") + Line(SafeText(hostile: $0), .dim) }
    }
    lines += warnings.map { Line("  warning: ", .warning) + Line(SafeText(hostile: $0)) }
    lines += capabilities.map {
      Line("  needs \($0.name): ", .warning) + Line(SafeText(hostile: $0.sentence))
    }
    return lines
  }

  package var json: JSON {
    [
      "stack": JSON(stack), "parameters": JSON(sorted: parameters.mapValues { JSON($0) }),
      "resources": .array(
        entries.map { entry in
          [
            "logical_id": JSON(entry.logicalID), "type": JSON(entry.type),
            "fate": JSON(entry.fate.rawValue), "summary": JSON(entry.summary),
            "script": JSON(entry.script),
          ]
        }
      ),
      "capabilities": .array(
        capabilities.map { ["name": JSON($0.name), "sentence": JSON($0.sentence)] }
      ),
      "warnings": .array(warnings.map { .string($0) }),
    ]
  }
}
