import Documents
import Engine
import Foundation
import Store
import Terminal
import Testing

@testable import Workbench

struct EditorScreenTests {
  static let path = "/h/instances/digits/train.py"

  static func context(
    _ file: FileFacts = RunFixture.script,
    path: String = path,
    more: [Query: Answer] = [:]
  ) -> Context {
    var answers: [Query: Answer] = [
      .instances: .instances([RunFixture.instance]), .file(path): .file(file),
    ]
    answers.merge(more) { $1 }
    return RunFixture.context(80, 24, answers)
  }

  static func screen(_ context: Context, path: String = path, line: Int = 9) -> EditorScreen {
    var screen = EditorScreen(path: path, line: line, resuming: 142)
    _ = RunFixture.drawn(&screen, context)
    return screen
  }

  @Test func `the failed line is marked and stands under the cursor`() {
    let context = Self.context()
    #expect(
      RunFixture.picture(Self.screen(context), context) == """

        ╭─ digits: train.py ─────────────────────────────────────────── 9:9  12 lines ─╮
        │   1 import sys                                                               │
        │   2                                                                          │
        │   3 def shape(rows):                                                         │
        │   4     return len(rows), len(rows[0])                                       │
        │   5                                                                          │
        │   6 def main():                                                              │
        │   7     rows = [[1], [2]]                                                    │
        │   8     if shape(rows) != (2, 2):                                            │
        │●  9         raise ValueError("bad shape")  ← it failed here                  │
        │  10     print("학습 é")                                                      │
        │  11                                                                          │
        │  12 main()                                                                   │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        ╰──────────────────────────────────────────────────────────────────────────────╯
         r142 failed here. Ctrl-R saves and resumes it with the code as it is then.

        """
    )
  }

  @Test func `the way from a red run to its resumption takes four keys and the fix`() {
    var run = RunView(run: 142)
    let context = RunFixture.context(80, 24, RunFixture.answers(RunFixture.failed))
    _ = RunFixture.drawn(&run, context)
    #expect(
      run.press(.enter, context) == [.open(.editor(path: Self.path, line: 9, resuming: 142))]
    )
    let editing = Self.context()
    var screen = Self.screen(editing)
    _ = screen.press(Key("#"), editing)
    let fixed = "        #raise"
    let saved = screen.press(.control("r"), editing)
    guard case .save(let path, let bytes, let expected)? = saved.first else {
      Issue.record("nothing was saved")
      return
    }
    #expect(path == Self.path)
    #expect(String(decoding: bytes, as: UTF8.self).contains(fixed))
    #expect(expected == RunFixture.script)
    let effects = screen.update(.saved(path: path, failure: nil), editing)
    #expect(effects.last == .send(.resume(run: 142), tag: "resume"))
    #expect(screen.unsaved == nil)
    #expect(screen.update(.replied(tag: "resume", .done(.done)), editing).first == .back)
  }

  @Test func `what another program wrote is not overwritten unasked`() {
    let context = Self.context()
    var screen = Self.screen(context)
    _ = screen.press(Key("x"), context)
    _ = screen.press(.control("s"), context)
    let failure = "/h/instances/digits/train.py has changed on disk since it was opened."
    #expect(screen.update(.saved(path: Self.path, failure: failure), context) == [])
    #expect(RunFixture.picture(screen, context).contains("o overwrites"))
    guard case .save(_, _, let expected)? = screen.press(Key("o"), context).first else {
      Issue.record("nothing was saved")
      return
    }
    #expect(expected == nil)
  }

  @Test func `a clean buffer follows the disk, a dirty one keeps what was typed`() {
    let context = Self.context()
    var clean = Self.screen(context)
    var dirty = clean
    _ = dirty.press(Key("x"), context)
    let other = Self.context(RunFixture.file("other\n"))
    _ = clean.update(.answered(.file(Self.path)), other)
    _ = dirty.update(.answered(.file(Self.path)), other)
    #expect(clean.buffer?.lines == ["other"])
    #expect(dirty.buffer?.lines.count == 12)
  }

  @Test func `the failed line's mark goes along, on disk too, until the line is edited`() {
    let context = Self.context()
    var screen = Self.screen(context)
    for key in [Key.home, .up, .up, .enter] { _ = screen.press(key, context) }
    #expect(screen.mark == 9)
    _ = screen.press(.control("z"), context)
    #expect(screen.mark == 8)
    let text = String(decoding: RunFixture.script.bytes, as: UTF8.self)
    _ = screen.press(.control("s"), context)
    let longer = Self.context(RunFixture.file("# one\n# two\n" + text))
    _ = screen.update(.answered(.file(Self.path)), longer)
    #expect(screen.mark == 10)
    screen.buffer?.goTo(line: 11)
    _ = screen.press(Key("x"), longer)
    #expect(screen.mark == nil)
    #expect(!RunFixture.picture(screen, longer).contains("it failed here"))
  }

  @Test func `a long fault is told whole below the text`() {
    let path = "/h/instances/digits/pipeline.yaml"
    let text = "steps:\n  - name: a\n    type: Trainin\n    run: [a]\n"
    var context = Self.context(RunFixture.file(text), path: path)
    context.size = Size(width: 40, height: 24)
    let screen = Self.screen(context, path: path, line: 0)
    let (upper, bottom) = screen.parts(of: context.area)
    let said = screen.finding(width: bottom.width - 2)
    #expect(said.count > 1 && bottom.height == min(3, said.count))
    #expect(upper.maxY == bottom.y && bottom.maxY == context.area.maxY)
    let picture = RunFixture.picture(screen, context)
    for line in said.prefix(bottom.height) { #expect(picture.contains(line.plain.string)) }
  }

  @Test func `leaving asks when something is not saved`() {
    let context = Self.context()
    var screen = Self.screen(context)
    #expect(screen.press(.escape, context) == [.back])
    _ = screen.press(Key("x"), context)
    #expect(screen.unsaved == "train.py")
    #expect(screen.press(.escape, context) == [])
    #expect(RunFixture.picture(screen, context).contains("d discards"))
    #expect(screen.press(.escape, context) == [])
    #expect(screen.mode == .text)
    _ = screen.press(.escape, context)
    #expect(screen.press(Key("d"), context).last == .back)
    #expect(screen.unsaved == nil)
  }

  @Test func `text is found and n goes on until something is typed`() {
    let context = Self.context()
    var screen = Self.screen(context, line: 0)
    _ = screen.press(.control("f"), context)
    for key in ["r", "o", "w", "s"] { _ = screen.press(Key(Character(key)), context) }
    _ = screen.press(.enter, context)
    #expect(screen.buffer?.cursor == .init(line: 2, column: 14))
    _ = screen.press(Key("n"), context)
    #expect(screen.buffer?.cursor.line == 3)
    _ = screen.press(Key("N"), context)
    #expect(screen.buffer?.cursor.line == 2)
    _ = screen.press(.escape, context)
    _ = screen.press(.right, context)
    _ = screen.press(Key("n"), context)
    #expect(screen.buffer?.lines[2] == "def shape(rowsn):")
  }

  @Test func `faults of a pipeline stand in the gutter while it is typed`() {
    let path = "/h/instances/digits/pipeline.yaml"
    let text = "steps:\n  - name: a\n    type: Trainin\n    run: [a]\n"
    let context = Self.context(RunFixture.file(text), path: path)
    let screen = Self.screen(context, path: path, line: 0)
    #expect(screen.findings.contains { $0.severity == .error })
    #expect(screen.gutter.keys.contains(2))
  }

  @Test func `a binary file is refused with the reason`() {
    let bytes: [UInt8] = [0x41, 0, 0x42]
    let facts = FileFacts(bytes: bytes, digest: Digest(of: Data(bytes)))
    let context = Self.context(facts)
    let picture = RunFixture.picture(Self.screen(context), context)
    #expect(picture.contains("train.py cannot be edited: it is a binary file"))
  }

  @Test func `what was typed before a crash is offered again`() {
    let context = Self.context()
    var typing = Self.screen(context)
    guard case .save(let path, let bytes, _)? = typing.press(Key("x"), context).first else {
      Issue.record("nothing was kept")
      return
    }
    #expect(path.hasPrefix("/h/recovery/"))
    let kept = FileFacts(bytes: bytes, digest: Digest(of: Data(bytes)))
    let later = Self.context(more: [.file(path): .file(kept)])
    var screen = Self.screen(later)
    #expect(RunFixture.picture(screen, later).contains("r restores it"))
    _ = screen.press(Key("r"), later)
    #expect(screen.buffer?.text == typing.buffer?.text)
    #expect(screen.unsaved == "train.py")
  }

  @Test func `what was taken back is not offered again`() {
    let context = Self.context()
    var screen = Self.screen(context)
    _ = screen.press(Key("x"), context)
    guard case .save(let path, let bytes, _)? = screen.press(.control("z"), context).first else {
      Issue.record("the kept text stays")
      return
    }
    #expect(screen.unsaved == nil && bytes.isEmpty && path.hasPrefix("/h/recovery/"))
  }

  @Test func `a click places the cursor, within wide characters too`() {
    let context = Self.context()
    var screen = Self.screen(context)
    // "print("학습 é")": the second cell of the first wide character.
    let point = Point(x: 1 + 5 + 12, y: 2 + 9)
    _ = screen.update(.terminal(.mouse(Mouse(.press(.left), at: point))), context)
    #expect(screen.buffer?.cursor == .init(line: 9, column: 11))
  }

  @Test(arguments: ["", "f", "g"])
  func `no key means two things, and every key has its help`(_ mode: String) {
    let context = Self.context()
    var screen = Self.screen(context)
    if let key = mode.first { _ = screen.press(.control(key), context) }
    checkBindings(screen.bindings(context))
  }
}
