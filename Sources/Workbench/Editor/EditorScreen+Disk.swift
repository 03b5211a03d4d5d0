import Documents
import Engine
import Foundation
import Store
import Terminal

extension EditorScreen {
  /// Takes over what is on disk: the first time into the buffer, later only where nothing is lost.
  mutating func look(_ context: Context) -> [Effect] {
    switch context.answers[.file(path)] {
    case .file(let facts)?: return take(facts, context)
    case .failed(let explanation)?:
      if buffer == nil { refusal = explanation.sentence }
    default: break
    }
    return []
  }

  private mutating func take(_ facts: FileFacts, _ context: Context) -> [Effect] {
    guard let buffer else {
      open(facts, at: line, context)
      offerRecovery(context)
      return []
    }
    guard facts.digest != onDisk?.digest, facts.bytes != inFlight else {
      offerRecovery(context)
      return []
    }
    if buffer.isDirty {
      guard inFlight == nil, mode == .text || mode == .found else { return [] }
      return [.tell(Notice(.failure, "\(name) has changed on disk; saving will ask."))]
    }
    open(facts, at: buffer.cursor.line + 1, context)
    moveMark(from: buffer.lines)
    return [.tell(Notice(.information, "\(name) was changed by another program and read anew."))]
  }

  private mutating func open(_ facts: FileFacts, at line: Int, _ context: Context) {
    do throws(FileForm.Refusal) {
      buffer = try TextBuffer(bytes: facts.bytes, name: name)
      onDisk = facts
      refusal = nil
      check()
      if line > 0 { center(line, context) }
    } catch {
      refusal = "\(name) cannot be edited: \(error)."
    }
  }

  // MARK: Saving

  mutating func save(then next: Next, _ context: Context) -> [Effect] {
    guard let buffer else { return [] }
    self.next = next
    mode = .text
    if !buffer.isDirty, onDisk != nil { return follow(context) }
    let bytes = Array(buffer.text.utf8)
    inFlight = bytes
    return [.save(path: path, bytes: bytes, expecting: onDisk)]
  }

  mutating func saved(_ path: String, _ failure: String?, _ context: Context) -> [Effect] {
    guard path == self.path, let bytes = inFlight else { return [] }
    inFlight = nil
    if let failure {
      if failure.contains("changed on disk") {
        mode = .conflict
        return []
      }
      next = .stay
      return [.tell(Notice(.failure, failure))]
    }
    onDisk = FileFacts(bytes: bytes, digest: Digest(of: Data(bytes)))
    // What was typed while the save was under way is not on disk yet.
    guard let buffer, Array(buffer.text.utf8) == bytes else { return [] }
    self.buffer?.markSaved()
    mark = nil
    return forgetRecovery() + follow(context)
  }

  /// What the save was for.
  private mutating func follow(_ context: Context) -> [Effect] {
    defer { next = .stay }
    switch next {
    case .stay: return [.tell(Notice(.success, "Saved \(name)."))]
    case .leave: return [.back]
    case .resume:
      guard let resuming else { return [] }
      return [.send(.resume(run: resuming), tag: "resume")]
    case .launch:
      guard let instance = instance(context) else { return [] }
      return [.open(.runForm(instance: instance.name, from: resuming))]
    case .outside:
      return [.edit(path: path, line: (buffer?.cursor.line ?? 0) + 1)]
    }
  }

  // MARK: Recovery

  /// Edits after which the unsaved text is written down; a new line is written at once.
  private static let editsBetween = 8

  mutating func keepForRecovery(lines changed: Bool) -> [Effect] {
    guard let buffer, let recovery else { return [] }
    // All undone: there is nothing to be restored.
    guard buffer.isDirty else { return forgetRecovery() }
    isRecoverySettled = true
    editsSinceRecovery += 1
    guard changed || editsSinceRecovery >= EditorScreen.editsBetween || !hasRecovery else {
      return []
    }
    editsSinceRecovery = 0
    hasRecovery = true
    return [.save(path: recovery, bytes: Array(buffer.text.utf8), expecting: nil)]
  }

  /// An empty recovery file stands for none.
  mutating func forgetRecovery() -> [Effect] {
    guard let recovery, hasRecovery else { return [] }
    hasRecovery = false
    editsSinceRecovery = 0
    return [.save(path: recovery, bytes: [], expecting: nil)]
  }

  /// Asks once, before anything was typed, whether an earlier session's text is wanted.
  private mutating func offerRecovery(_ context: Context) {
    guard let buffer, !buffer.isDirty, !isRecoverySettled, mode == .text, let recovery,
      let answer = context.answers[.file(recovery)]
    else { return }
    isRecoverySettled = true
    guard case .file(let facts) = answer, !facts.bytes.isEmpty,
      facts.bytes != Array(buffer.text.utf8)
    else { return }
    mode = .recovery(facts.bytes)
  }

  mutating func recover(_ wanted: Bool, _ context: Context) -> [Effect] {
    guard case .recovery(let bytes) = mode else { return [] }
    mode = .text
    hasRecovery = true
    guard wanted, let old = try? TextBuffer(bytes: bytes, name: name) else {
      return forgetRecovery()
    }
    // As one edit, so that Ctrl-Z shows what is on disk.
    let before = buffer?.lines ?? []
    buffer?.selectAll()
    defer { moveMark(from: before) }
    buffer?.insert(old.lines.joined(separator: "\n"))
    check()
    fit(context)
    return []
  }
}
