import Engine
package import Foundation
package import Store
package import Terminal

/// Everything about one stack, as `lathe describe` prints it.
package struct StackReport: Sendable {
  package var stack: StackRecord
  package var resources: [ResourceRecord]
  package var events: [StackEvent]
  package var instances: [InstanceRecord]
  /// Whether the first instance has a pipeline file, which `lathe run` alone would launch.
  package var hasPipeline: Bool

  package init(
    stack: StackRecord,
    resources: [ResourceRecord],
    events: [StackEvent],
    instances: [InstanceRecord] = [],
    hasPipeline: Bool = true
  ) {
    self.stack = stack
    self.resources = resources
    self.events = events
    self.instances = instances
    self.hasPipeline = hasPipeline
  }

  package func lines(width: Int?, zone: TimeZone = .current) -> [Line] {
    let room = width.map { $0 - 2 }
    let sections: [(SafeText, [Line])] = [
      ("Resources", resourceTable(width: room)),
      ("Parameters", stack.parameters.sorted { $0.key < $1.key }.map { pair($0, $1) }),
      ("Outputs", stack.outputs.map { pair($0.name, $0.value) }),
      ("Instances", instances.map { $0.line }),
      ("Events", eventLines(zone: zone)),
    ]
    var lines = heading(zone: zone)
    for (title, body) in sections where !body.isEmpty {
      lines += [Line(), Line(title, .bold)] + body.map { Line("  ") + $0 }
    }
    return lines
  }

  /// What stands below a stack that was followed to its end.
  ///
  /// What a script printed is not told again: it was followed line by line, and its last words are in the reason.
  package var ending: [Line] {
    var lines = [headline]
    if let reason = stack.reason {
      lines += below(Line("  why: ", .dim), reason)
    }
    guard stack.status.isFailure else {
      lines += stack.outputs.map { Line("  ") + pair($0.name, $0.value) }
      if let instance = instances.first {
        let next: SafeText =
          hasPipeline
          ? "'lathe run --in \(instance.name)' launches its pipeline."
          : "'lathe run --in \(instance.name) -- COMMAND' runs a command in it."
        lines.append(Line(" next: " + next, .dim))
      }
      return lines
    }
    lines.append(
      Line(
        " next: 'lathe describe \(stack.name)' tells all; 'lathe down \(stack.name)' clears it away.",
        .dim
      )
    )
    return lines
  }

  private var headline: Line {
    stack.status.mark.line + Line(" \(stack.name) ", .bold)
      + Line("\(stack.status.rawValue)", stack.status.mark.style)
  }

  private func heading(zone: TimeZone) -> [Line] {
    var lines = [headline]
    if !stack.description.isEmpty { lines.append(Line(SafeText(hostile: stack.description), .dim)) }
    if let reason = stack.reason {
      lines += below(Line("reason", .dim).padded(to: 15), reason)
    }
    lines.append(pair("template", stack.template))
    lines.append(pair("made", dateText(stack.created, in: zone)))
    return lines
  }

  private func pair(_ name: String, _ value: String) -> Line {
    Line(SafeText(hostile: name), .dim).padded(to: 14) + Line(" ") + Line(SafeText(hostile: value))
  }

  /// The lines of a text below each other, behind a label.
  private func below(_ label: Line, _ text: String) -> [Line] {
    text.split(whereSeparator: \.isNewline).prefix(40).enumerated().map { index, line in
      (index == 0 ? label : Line(SafeText.blanks(label.width))) + Line(SafeText(hostile: line))
    }
  }

  private func resourceTable(width: Int?) -> [Line] {
    let rows = resources.map { resource -> [Line] in
      [
        resource.status.mark.line, Line(SafeText(hostile: resource.logicalID), .bold),
        Line(SafeText(hostile: resource.type), .dim),
        Line("\(resource.status.rawValue)", resource.status.mark.style),
        Line(SafeText(hostile: resource.physicalID)),
        Line(SafeText(hostile: resource.reason?.reasonHead ?? "")),
      ]
    }
    let columns: [Table.Column] = [
      .init(""), .init("resource"), .init("type", rank: 2), .init("status"),
      .init("id", rank: 1, least: 10), .init("reason", least: 12),
    ]
    return rows.isEmpty ? [] : Table(columns, rows).lines(width: width)
  }

  private func eventLines(zone: TimeZone) -> [Line] {
    var progress = StackProgress(zone: zone)
    return progress.lines(for: events, resources: [])
  }
}

extension InstanceRecord {
  /// "lab InService  4 CPU 16 GiB (ml.m4.xlarge)  FOLDER".
  package var line: Line {
    Line("\(name) ", .bold) + Line("\(status.rawValue)", status.style)
      + Line("  \(limits)  ", .dim) + Line(SafeText(hostile: folder))
  }

  /// In plain words, with AWS's behind them.
  package var limits: String {
    guard let cpus else { return "the whole machine (\(instanceType))" }
    let memory = memory.map { " \(($0 + (1 << 29)) >> 30) GiB" } ?? ""
    return "\(cpus) CPU\(memory) (\(instanceType))"
  }
}

extension InstanceStatus {
  package var style: Style {
    switch self {
    case .inService: .good
    case .failed: .bad
    case .stopped: .dim
    case .pending, .stopping, .updating, .deleting: .running
    }
  }
}
