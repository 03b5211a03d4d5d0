import Documents
import Foundation
import Store
package import Terminal

/// The editor: one file, its faults, and the way back into the run that failed on it.
package struct EditorScreen: View {
  /// What the keys mean now.
  enum Mode: Sendable, Equatable {
    case text
    /// `Ctrl-F`: typing what to look for.
    case find(TextField)
    /// After a search: n and N go on, any other key edits again.
    case found
    case line(TextField)
    /// Asks before unsaved text is left.
    case leaving
    /// The file on disk is another one than was opened.
    case conflict
    /// Text of an earlier session that was never saved.
    case recovery([UInt8])
  }

  /// What follows a save.
  enum Next: Sendable, Equatable {
    case stay, leave, resume, launch, outside
  }

  package let path: String
  /// The line that failed, from 1; 0 when none did.
  package let line: Int
  /// The run that Ctrl-R resumes.
  package let resuming: Int?

  /// nil until the file was read.
  var buffer: TextBuffer?
  /// Why the file cannot be edited.
  var refusal: String?
  /// The file as it was read or saved last.
  var onDisk: FileFacts?
  /// The bytes of a save that was not answered yet.
  var inFlight: [UInt8]?
  var next = Next.stay
  var mode = Mode.text
  var viewport = TextViewport()
  var query: TextQuery?
  /// The failed line, from 0, moved along with edits above it.
  var mark: Int?
  var findings: [Diagnostic] = []
  var clipboard = ""
  var editsSinceRecovery = 0
  var hasRecovery = false
  /// Whether an earlier session's text was looked for; what is there later is this session's own.
  var isRecoverySettled = false
  var home: String?

  package init(path: String, line: Int, resuming: Int?) {
    self.path = path
    self.line = line
    self.resuming = resuming
    mark = line > 0 ? line - 1 : nil
  }

  package var title: SafeText { SafeText(hostile: name) }

  package var takesText: Bool { true }

  package var unsaved: SafeText? { buffer?.isDirty == true ? title : nil }

  package var queries: Set<Query> {
    var queries: Set<Query> = [.file(path), .instances]
    if let recovery { queries.insert(.file(recovery)) }
    return queries
  }
}

extension EditorScreen {
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// Where unsaved text is kept until it is saved: nothing beside the user's own files.
  var recovery: String? {
    home.map { $0 + "/recovery/" + Digest(of: path).hex + ".txt" }
  }

  /// The instance that the file belongs to.
  func instance(_ context: Context) -> InstanceRecord? {
    guard case .instances(let all)? = context.answers[.instances] else { return nil }
    return all.filter { path.hasPrefix($0.folder + "/") }.max { $0.folder.count < $1.folder.count }
  }

  /// The path as the user knows it: relative to the instance.
  func shownPath(_ context: Context) -> SafeText {
    guard let instance = instance(context) else { return SafeText(hostile: path) }
    let rest = path.dropFirst(instance.folder.count + 1)
    return SafeText(hostile: instance.name) + ": " + SafeText(hostile: rest)
  }

  /// Where the text stands in the area: a frame around it, what there is to say below.
  func textRect(in area: Rect) -> Rect { parts(of: area).upper.inset() }

  /// The frame, and the line below it: as many rows, up to three, as a finding needs.
  func parts(of area: Rect) -> (upper: Rect, bottom: Rect) {
    let said = mode == .text || mode == .found ? finding(width: area.width - 2).count : 1
    return area.bottom(min(3, max(1, said), max(1, area.height / 4)))
  }

  mutating func fit(_ context: Context) {
    guard let buffer else { return }
    viewport.fit(buffer, in: textRect(in: context.area))
  }

  /// Puts the cursor on a line and that line into the middle.
  mutating func center(_ line: Int, _ context: Context) {
    buffer?.goTo(line: line)
    buffer?.move(.lineStart)
    guard let buffer else { return }
    let height = textRect(in: context.area).height
    viewport.top = min(max(0, line - 1 - height / 2), max(0, buffer.lines.count - height))
    fit(context)
  }
}
