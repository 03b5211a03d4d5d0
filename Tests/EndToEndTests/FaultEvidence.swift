import Foundation
import Testing

/// What the scripts of a home wrote about themselves, beside what the home says of them.
struct FaultEvidence {
  private var attempts: [Attempt] = []

  private struct Attempt {
    var run: String
    var step: String
    var number: Int
    var folder: String
    var starts = 0
    var printed = 0
    var logged = 0
    var result: String?
    /// Where in the file it began and ended.
    var begin = 0
    var end: Int?
    var record: Record?
  }

  private struct Record: Decodable {
    var status: String
    var exitCode: Int?
    var signal: Int?
  }

  init(_ site: Site, side: String) {
    var order: [String] = []
    var found: [String: Attempt] = [:]
    for (position, line) in (site.read(side) ?? "").split(separator: "\n").enumerated() {
      let words = line.split(separator: " ", maxSplits: 2)
      let parts = words[0].split(separator: "/")
      guard words.count > 1, parts.count > 3, let number = Int(parts[parts.count - 1]) else {
        continue
      }
      let folder = String(words[0])
      if found[folder] == nil { order.append(folder) }
      var attempt =
        found[folder]
        ?? Attempt(
          run: String(parts[parts.count - 3]),
          step: String(parts[parts.count - 2]),
          number: number,
          folder: folder,
          begin: position
        )
      switch words[1] {
      case "start": attempt.starts += 1
      case "printed": attempt.printed += 1
      case "logged": attempt.logged += 1
      case "end": (attempt.result, attempt.end) = (words.last.map(String.init), position)
      default: continue
      }
      found[folder] = attempt
    }
    attempts = order.compactMap { folder in
      var attempt = found[folder]
      attempt?.record = site.read(folder + "/exit.json").flatMap {
        try? JSONDecoder().decode(Record.self, from: Data($0.utf8))
      }
      return attempt
    }
  }

  /// What was being written when its writer was killed, and has not become what it was to be.
  static func temporaries(in home: String) -> [String] {
    let names = FileManager.default.enumerator(atPath: home)?.compactMap { $0 as? String } ?? []
    return names.filter { name in
      let parts = name.split(separator: "/")
      guard let last = parts.last, !parts.contains("work") else { return false }
      return name.hasPrefix("objects/tmp/") || last.hasPrefix("claim.")
        || last.hasPrefix("exit.json.") || last.hasSuffix("-journal")
    }.sorted()
  }

  /// How many attempts were begun.
  var count: Int { attempts.count }

  /// Everything that does not hold, in words.
  func faults(_ graph: FaultGraph, salts: [String: String], _ site: Site) throws -> [String] {
    var faults: [String] = []
    for attempt in attempts {
      let folder = attempt.folder.dropFirst(site.home.count)
      if attempt.starts != 1 { faults.append("\(folder) was started \(attempt.starts) times") }
      guard let record = attempt.record else {
        faults.append("\(folder) has no exit record")
        continue
      }
      faults += try losses(attempt, record, site).map { "\(folder) \($0)" }
      guard record.status == "succeeded" else { continue }
      if let number = graph.steps.firstIndex(where: { $0.name == attempt.step }) {
        let expected = graph.result(of: number, salt: salts[attempt.run] ?? "?")
        if attempt.result != expected {
          faults.append("\(folder) made \(attempt.result ?? "nothing") of \(expected)")
        }
      }
      for other in attempts
      where other.run == attempt.run && other.step == attempt.step && other.number > attempt.number
      {
        faults.append("\(folder) has succeeded, and attempt \(other.number) was started")
      }
    }
    return try faults + shared(graph, site) + early(graph)
  }

  /// What an attempt has handed over and is not there.
  private func losses(_ attempt: Attempt, _ record: Record, _ site: Site) throws -> [String] {
    var losses: [String] = []
    let lines = (site.read(attempt.folder + "/output.log") ?? "").split(separator: "\n")
    let ticks = lines.filter { $0.hasPrefix("tick ") }
    if ticks != (0..<ticks.count).map({ "tick \($0)" }) { losses.append("has the log \(lines)") }
    // What is still in the pipe is lost with the runner that would have read it.
    let isFollowed = record.exitCode != nil || record.signal != nil
    if isFollowed, ticks.count < attempt.printed {
      losses.append("printed \(attempt.printed) lines, \(ticks.count) are in its log")
    }
    guard attempt.logged > 0 else { return losses }
    let told = try site.run([Site.lathe, "__points", "value", attempt.folder])
    let points = told.output.split(separator: "\n").dropFirst().compactMap {
      $0.split(separator: ",").first.flatMap { Int($0) }
    }
    if points != Array(0..<points.count) || points.count < attempt.logged {
      losses.append("logged \(attempt.logged) points, there are \(points) \(told.errors)")
    }
    return losses
  }

  /// Steps that are equal in both runs and succeeded in both.
  private func shared(_ graph: FaultGraph, _ site: Site) throws -> [String] {
    try graph.steps.filter { !$0.isOwn }.compactMap { step in
      let done = attempts.filter { $0.step == step.name && $0.record?.status == "succeeded" }
      guard done.count > 1 else { return nil }
      let words = try done.map { attempt in
        let why = try StepRow.reasons(of: attempt.run, site)[step.name] ?? ""
        return "\(attempt.run)/\(attempt.number) \(attempt.begin)-\(attempt.end ?? -1) \(why)"
      }
      return "\(step.name) is the same in both runs, and ran to its end more than once: \(words)"
    }
  }

  /// Steps that began before what they need had ended.
  private func early(_ graph: FaultGraph) -> [String] {
    attempts.flatMap { attempt in
      let step = graph.steps.first { $0.name == attempt.step }
      return (step?.inputs ?? []).compactMap { input in
        let name = graph.steps[input].name
        let isThere = attempts.contains { $0.step == name && ($0.end ?? .max) < attempt.begin }
        return isThere ? nil : "\(attempt.run) \(attempt.step) began before \(name) had ended"
      }
    }
  }
}
