package import Engine
package import Foundation
import Pipelines
import Store
import Terminal

extension CollectionReport {
  /// What would go, run by run and in sums.
  package func lines(_ request: CollectRequest, at now: Date, width: Int?) -> [Line] {
    guard !isEmpty else {
      return [Line("There is nothing to free.")] + youngLines + missed + hint(request)
    }
    var lines: [Line] = []
    if !runs.isEmpty {
      lines.append(Line("Runs that would go", .bold))
      lines += runTable(request.retention, at: now, width: width).map { Line("  ") + $0 }
      lines.append(Line())
    }
    lines.append(Line("It would free", .bold))
    lines += sums(request).map { Line("  ") + $0 }
    lines += runs.filter(\.isBest).prefix(3).map { run in
      let sweep = run.sweep.map { "s\($0)" } ?? ""
      let words =
        "\(run.shortName) is the best run of \(sweep): 'lathe pin \(run.shortName)' keeps it."
      return Line(SafeText(hostile: words), .warning)
    }
    return lines + youngLines + missed + hint(request)
  }

  /// What has gone.
  package var ending: Line {
    var parts: [Line] = []
    func part(_ count: Int, _ one: SafeText, _ many: SafeText) {
      if count > 0 { parts.append(Line("\(count) \(count == 1 ? one : many)")) }
    }
    part(runs.count, "run", "runs")
    part(objects.objects, "object", "objects")
    part(workFolders.count, "work folder", "work folders")
    part(trash.count, "entry of the trash", "entries of the trash")
    let freed = Line("Freed \(bytesText(totalBytes))", .bold)
    return parts.isEmpty ? freed + Line(".") : freed + Line(": ") + parts.joined(", ") + Line(".")
  }

  private func runTable(_ retention: Retention, at now: Date, width: Int?) -> [Line] {
    let hasSweeps = runs.contains { $0.sweep != nil }
    let rows = runs.map { run -> [Line] in
      let sweep = Line(SafeText(hostile: run.sweep.map { "s\($0)" } ?? ""))
      let sweeps = hasSweeps ? [run.isBest ? sweep + Line(" best", .good) : sweep] : []
      return [
        run.status.mark.line, Line("\(run.shortName)", .bold),
        Line(SafeText(hostile: run.name ?? "")),
      ] + sweeps + [
        Line(SafeText(hostile: run.pipeline), .dim),
        Line(SafeText(hostile: ageText(run.ended, at: now))), Line(bytesText(run.bytes)),
        Line(SafeText(hostile: run.reason.words(retention)), .dim),
      ]
    }
    let columns: [Table.Column] =
      [
        .init(""), .init("run"), .init("name", rank: 2, least: 8),
      ] + (hasSweeps ? [.init("sweep")] : []) + [
        .init("pipeline", rank: 1, least: 6),
        .init("ended", right: true), .init("frees", right: true), .init("why", least: 12),
      ]
    return Table(columns, rows).lines(width: width.map { $0 - 2 })
  }

  private func sums(_ request: CollectRequest) -> [Line] {
    let age = request.emptiesTrash || target?.emptiesTrash ?? false ? "" : " for more than 30 days"
    let left = runFolders.count - runs.count
    let folders =
      runs.isEmpty
      ? "left of removed runs"
      : "of these runs" + (left > 0 ? ", and \(left) left of removed ones" : "")
    let all: [(Int, SafeText, SafeText, String, Int)] = [
      (runFolders.count, "folder", "folders", folders, runFolders.bytes),
      (
        workFolders.count, "work folder", "work folders", "of steps whose outputs are stored",
        workFolders.bytes
      ),
      (
        objects.objects, "object", "objects",
        "that nothing refers to" + (runs.isEmpty ? "" : " without these runs"), objects.bytes
      ),
      (trash.count, "entry", "entries", "in the trash\(age)", trash.bytes),
    ]
    var rows = all.filter { $0.0 > 0 }.map { count, one, many, what, bytes -> [Line] in
      [
        Line("\(count) \(count == 1 ? one : many) ") + Line(SafeText(hostile: what), .dim),
        Line(bytesText(bytes)),
      ]
    }
    rows.append([Line("in all", .bold), Line(bytesText(totalBytes), .bold)])
    return Array(Table([.init(""), .init("", right: true)], rows).lines(width: nil).dropFirst())
  }

  private var youngLines: [Line] {
    guard objects.young > 0 else { return [] }
    let which: SafeText = objects.young == 1 ? "1 object is" : "\(objects.young) objects are"
    return [Line("\(which) younger than an hour and not freed yet.", .dim)]
  }

  /// That the size which was asked for is not reached, and what is in the way.
  package var missed: [Line] {
    guard let target, target.above > 0 else { return [] }
    let head = isDone ? "Still" : "It would still be"
    let rows = target.stays.map { stay in
      [Line(stay.what.words(stay.amount.count)), Line(bytesText(stay.amount.bytes))]
    }
    let known = target.stays.reduce(0) { $0 + $1.amount.bytes }
    let rest = [
      Line("catalog, gallery, models and the newest result of each step"),
      Line(bytesText(max(0, target.left - known))),
    ]
    let table = Table([.init(""), .init("", right: true)], rows + [rest]).lines(width: nil)
    return [
      Line("\(head) \(bytesText(target.above)) above the target of ", .warning)
        + Line("\(bytesText(target.bytes)): ", .warning) + Line("what stays takes")
    ] + table.dropFirst().map { Line("  ") + $0 }
  }

  private func hint(_ request: CollectRequest) -> [Line] {
    guard request.retention == Retention(), request.approved == nil else { return [] }
    return [Line(" next: 'lathe gc --keep 10' would remove older runs as well.", .dim)]
  }

  /// The keys are a promise to scripts.
  package var json: JSON {
    [
      "done": JSON(isDone), "total_bytes": JSON(totalBytes),
      "runs": .array(
        runs.map { run in
          [
            "run": JSON(run.shortName), "name": JSON(run.name), "instance": JSON(run.instance),
            "pipeline": JSON(run.pipeline), "status": JSON(run.status.rawValue),
            "ended": JSON(run.ended), "frees_bytes": JSON(run.bytes),
            "reason": JSON(run.reason.rawValue), "sweep": JSON(run.sweep.map { "s\($0)" }),
            "best_of_sweep": JSON(run.isBest),
          ]
        }
      ),
      "run_folders": runFolders.json, "work_folders": workFolders.json,
      "objects": [
        "count": JSON(objects.objects), "bytes": JSON(objects.bytes),
        "too_young": JSON(objects.young),
      ],
      "trash": trash.json, "target": target?.json ?? .null,
    ]
  }
}

extension CollectionReport.Target {
  fileprivate var json: JSON {
    [
      "bytes": JSON(bytes), "left_bytes": JSON(left), "above_bytes": JSON(above),
      "empties_trash": JSON(emptiesTrash),
      "stays": .array(
        stays.map { stay in
          [
            "what": JSON(stay.what.name), "count": JSON(stay.amount.count),
            "bytes": JSON(stay.amount.bytes),
          ]
        }
      ),
    ]
  }
}

extension CollectionReport.Target.Stay.What {
  fileprivate var name: String {
    switch self {
    case .runs(let hold): hold.rawValue
    case .young: "young"
    }
  }

  /// "2 pinned runs".
  fileprivate func words(_ count: Int) -> SafeText {
    let runs: SafeText = count == 1 ? "run" : "runs"
    return switch self {
    case .runs(.active): "\(count) \(runs) at work"
    case .runs(.pinned): "\(count) pinned \(runs) (see 'lathe pin --remove')"
    case .runs(.model): "\(count) \(runs) that made a model"
    case .runs(.newest):
      count == 1
        ? "1 newest run of its pipeline (--keep 0 lets it go)"
        : "\(count) newest runs of their pipelines (--keep 0 lets them go)"
    case .runs(.needed): "\(count) \(runs) whose log is shown by others"
    case .young: "objects that were stored within the last hour: \(count)"
    }
  }
}

extension CollectionReport.Amount {
  fileprivate var json: JSON { ["count": JSON(count), "bytes": JSON(bytes)] }
}

extension Retention.Reason {
  /// "ended more than 30d ago".
  fileprivate func words(_ retention: Retention) -> String {
    switch self {
    case .count: "beyond the newest \(retention.count ?? 1)"
    case .age:
      "ended more than \(retention.age.map { durationText($0).string } ?? "") ago"
        + (retention.count.map { ", beyond the newest \($0)" } ?? "")
    case .size: "the home is to take \(retention.size.map { bytesText($0).string } ?? "") at most"
    }
  }
}
