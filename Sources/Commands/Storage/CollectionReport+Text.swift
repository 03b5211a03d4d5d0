package import Engine
package import Foundation
import Pipelines
import Store
import Terminal

extension CollectionReport {
  /// What would go, run by run and in sums.
  package func lines(_ request: CollectRequest, at now: Date, width: Int?) -> [Line] {
    guard !isEmpty else {
      return [Line("There is nothing to free.")] + youngLines + hint(request)
    }
    var lines: [Line] = []
    if !runs.isEmpty {
      lines.append(Line("Runs that would go", .bold))
      lines += runTable(request.retention, at: now, width: width).map { Line("  ") + $0 }
      lines.append(Line())
    }
    lines.append(Line("It would free", .bold))
    lines += sums(request).map { Line("  ") + $0 }
    return lines + youngLines + hint(request)
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
    let rows = runs.map { run -> [Line] in
      [
        run.status.mark.line, Line("\(run.shortName)", .bold),
        Line(SafeText(hostile: run.name ?? "")),
        Line(SafeText(hostile: run.pipeline), .dim),
        Line(SafeText(hostile: ageText(run.ended, at: now))), Line(bytesText(run.bytes)),
        Line(SafeText(hostile: run.reason.words(retention)), .dim),
      ]
    }
    let columns: [Table.Column] = [
      .init(""), .init("run"), .init("name", rank: 2, least: 8),
      .init("pipeline", rank: 1, least: 6),
      .init("ended", right: true), .init("frees", right: true), .init("why", least: 12),
    ]
    return Table(columns, rows).lines(width: width.map { $0 - 2 })
  }

  private func sums(_ request: CollectRequest) -> [Line] {
    let age = request.emptiesTrash ? "" : " for more than 30 days"
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
            "reason": JSON(run.reason.rawValue),
          ]
        }
      ),
      "run_folders": runFolders.json, "work_folders": workFolders.json,
      "objects": [
        "count": JSON(objects.objects), "bytes": JSON(objects.bytes),
        "too_young": JSON(objects.young),
      ],
      "trash": trash.json,
    ]
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
