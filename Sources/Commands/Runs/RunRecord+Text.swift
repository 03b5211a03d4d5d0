package import Foundation
import Pipelines
package import Store
import Terminal

extension RunRecord {
  /// In what it differs from its parent: "learning_rate 0.03 (0.1), code edited".
  package func differences(from parent: RunRecord?) -> Line {
    guard let parent else { return Line() }
    let difference = difference(from: parent)
    let changed = difference.parameters.map { name in
      let (mine, theirs) = (parameters[name], parent.parameters[name])
      let value = mine?.description ?? "not set"
      return Line("\(name) \(value)") + Line(" (\(theirs?.description ?? "not set"))", .dim)
    }
    return (changed + [difference.edit].compactMap { $0.map { Line(SafeText(hostile: $0)) } })
      .joined(", ")
  }

  /// The main metric at its best, with an arrow for its direction: "0.288 ↓".
  package var bestText: Line {
    guard mainMetric != nil, let value = mainBest ?? mainLast else { return Line() }
    return Line("\(figureText(value))")
      + Line(SafeText(hostile: mainGoal.map { $0 == .min ? " ↓" : " ↑" } ?? ""), .dim)
  }

  /// How the run is written where a command ended: `r12 Succeeded in 2m49s`.
  package func ending(at now: Date) -> Line {
    var line = status.mark.line + Line(" \(shortName) ", .bold)
    line += Line("\(status.rawValue)", status.mark.style)
    if let seconds = seconds(at: now) { line += Line(" in \(durationText(seconds))") }
    if stepsCached > 0 {
      line += Line(", \(stepsCached) of \(stepCount) steps from the cache", .dim)
    }
    if let value = mainBest, let mainMetric {
      line += Line("; best \(mainMetric) \(figureText(value))")
    }
    return line
  }
}

extension StepRecord {
  package func seconds(at now: Date) -> Double? {
    started.map { (ended ?? now).seconds(since: $0) }
  }

  /// What there is to say beside the status: duration, cache source, what it waits for, the reason.
  package func detail(at now: Date) -> Line {
    let reasonText = reason ?? ""
    switch status {
    case .cached:
      let saved: SafeText = savedSeconds.map { ", saved \(durationText($0))" } ?? ""
      let why = cacheReason.map { "; \($0)" } ?? ""
      return Line("from \(cachedFrom.map { "r\($0)" } ?? "the cache")\(saved)", .dim)
        + Line(SafeText(hostile: why), .dim)
    case .waiting:
      let waits = dependsOn.isEmpty ? reasonText : "waits for " + dependsOn.joined(separator: ", ")
      return Line(SafeText(hostile: waits), .dim)
    case .queued, .skipped:
      return Line(SafeText(hostile: reasonText), .dim)
    case .failed, .stopped:
      let time: SafeText = seconds(at: now).map { "after \(durationText($0))" } ?? ""
      let parts = [Line(time, .dim), Line(SafeText(hostile: reasonText))]
      return parts.joined(": ")
    case .starting, .executing, .stopping, .succeeded:
      let time = seconds(at: now).map { durationText($0) } ?? ""
      let end = outcome.map { $0 ? "true" : "false" } ?? ""
      return [Line(time), Line(SafeText(hostile: end), .dim)].joined(" ")
    }
  }
}
