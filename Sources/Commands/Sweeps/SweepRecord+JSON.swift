package import Store

extension SweepRecord {
  /// The keys are a promise to scripts: they are added to and never renamed.
  package var json: JSON {
    [
      "sweep": JSON(shortName), "name": JSON(name), "note": JSON(note),
      "instance": JSON(instance), "pipeline": JSON(pipeline),
      "axes": .array(
        axes.map { axis in
          ["name": JSON(axis.name), "values": .array(axis.values.map { .string($0) })]
        }
      ),
      "parallel": JSON(parallel), "count": JSON(count), "created": JSON(created),
    ]
  }
}

extension SweepState {
  package var json: JSON {
    guard case .object(var members) = sweep.json else { return sweep.json }
    let counts: [JSON.Member] = RunStatus.allCases.map {
      JSON.Member($0.rawValue, .integer(count($0)))
    }
    members.append(.init("counts", .object(counts)))
    members.append(.init("best", JSON(best?.shortName)))
    members.append(.init("started", JSON(started)))
    members.append(.init("ended", JSON(isActive ? nil : ended)))
    members.append(.init("alert_count", JSON(alertCount)))
    return .object(members)
  }

  /// With all of its runs.
  package func json(_ runs: [RunRecord], alerts: [Int: Int]) -> JSON {
    guard case .object(var members) = json else { return json }
    members.append(.init("runs", JSON(runs, alerts: alerts)))
    return .object(members)
  }
}
