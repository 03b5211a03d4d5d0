import Foundation
import Pipelines
import Store
import Terminal

/// The line that says which run this is, how it stands and what it changed.
struct RunHeader {
  let facts: RunFacts
  let now: Double

  /// What is said, the most important first; each part is drawn whole or not at all.
  var parts: [StyledText] {
    let run = facts.run
    var parts: [StyledText] = []
    var name = StyledText("\(run.shortName)", .bold)
    if let text = run.name, !text.isEmpty {
      name.append(" \"" + SafeText(hostile: text).cut(to: 32) + "\"", .bold)
    }
    parts.append(name)
    var state = StyledText(SafeText(hostile: run.status.rawValue), run.status.style.bolded())
    if let seconds = run.seconds(at: Date(timeIntervalSince1970: now)) {
      state.append(" " + durationText(seconds))
    }
    parts.append(state + facts.alertCount.alertMark)
    if let newest = facts.newestAlerts.first {
      parts.append(StyledText(newest.told.cut(to: 64), .warning))
    }
    parts += changes
    if let note = run.note, !note.isEmpty { parts.append(StyledText(SafeText(hostile: note))) }
    if let started = run.started?.timeIntervalSince1970 {
      let user = SafeText(hostile: run.user).cut(to: 16)
      let clock = clockText(started, now: now)
      parts.append(StyledText(user.isEmpty ? clock : user + " " + clock, .dim))
    }
    if let code { parts.append(code) }
    return parts
  }

  /// The parameters that differ from the parent run's: `learning_rate 0.03 (r141: 0.1)`.
  private var changes: [StyledText] {
    guard let parent = facts.parent else { return [] }
    let names = Set(facts.run.parameters.keys).union(parent.parameters.keys).sorted()
    return names.compactMap { name in
      let value = facts.run.parameters[name]
      let old = parent.parameters[name]
      guard value != old else { return nil }
      var text = StyledText(SafeText(hostile: name).cut(to: 24) + " ")
      text.append(SafeText(hostile: value?.description ?? "unset").cut(to: 24), .accent)
      let before = SafeText(hostile: old?.description ?? "unset").cut(to: 24)
      text.append(" (\(parent.shortName): " + before + ")", .dim)
      return text
    }
  }

  private var code: StyledText? {
    let source = facts.run.source
    let edited = source.editedFiles.count
    guard let commit = source.commit else {
      guard let parent = facts.parent, parent.code != facts.run.code else { return nil }
      return StyledText("code changed", .warning)
    }
    var text = StyledText("code " + SafeText(hostile: commit.prefix(7)), .dim)
    if edited > 0 {
      text.append(edited == 1 ? " +1 edited file" : " +\(edited) edited files", .warning)
    }
    return text
  }

  /// How many rows the parts take of a width, at most `most`.
  func rowCount(width: Int, most: Int) -> Int {
    let room = Rect(x: 0, y: 0, width: width, height: most)
    return (places(in: room).map(\.at.y).max() ?? 0) + 1
  }

  func draw(on screen: inout Screen, in rect: Rect) {
    for (part, at) in places(in: rect) {
      screen.write(part, x: at.x, y: at.y, width: rect.maxX - at.x)
    }
  }

  /// Where each part that has room stands.
  private func places(in rect: Rect) -> [(part: StyledText, at: Point)] {
    var places: [(part: StyledText, at: Point)] = []
    var (x, y) = (rect.x + 1, rect.y)
    guard y < rect.maxY else { return [] }
    for part in parts {
      if x > rect.x + 1, x + part.width > rect.maxX, y + 1 < rect.maxY {
        (x, y) = (rect.x + 1, y + 1)
      }
      let room = rect.maxX - x
      guard part.width <= room || (x == rect.x + 1 && room > 0) else { continue }
      places.append((part, Point(x: x, y: y)))
      x += min(part.width, room) + 2
    }
    return places
  }
}
