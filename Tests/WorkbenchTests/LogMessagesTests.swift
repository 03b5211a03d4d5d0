import Curves
import Foundation
import Series
import Store
import Terminal
import Testing

@testable import Workbench

struct LogMessagesTests {
  @Test(
    arguments: [
      ("epoch 3 loss=0.2", nil), ("WARNING: lr is high", .warning), ("2026-01-01 WARN x", .warning),
      ("a.py:3: UserWarning: y", .warning), ("[warning] z", .warning),
      ("ERROR:root:no file", .error), ("12:00 [error] disk", .error), ("CRITICAL stop", .error),
      ("Traceback (most recent call last):", .traceback), ("ValueError: bad", .exception),
      ("torch.OutOfMemoryError: CUDA", .exception), ("the ValueError: no", nil), ("Killed", .error),
      ("it was Killed", nil), ("", nil), ("\u{1B}[31mERROR\u{1B}[0m", .error), ("warning", nil),
      ("AssertionError", .exception), ("Errors: 3", nil), ("MyError", .exception),
    ] as [(String, LogLineKind?)]
  )
  func `a line is what its words say`(_ line: String, _ kind: LogLineKind?) {
    #expect(LogLineKind(line) == kind)
  }

  /// Writes a log whose lines were printed a second apart.
  private func log(_ lines: [String]) throws -> AttemptFolder {
    let path = FileManager.default.temporaryDirectory.path + "/messages-\(UUID())"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let folder = AttemptFolder(path: path)
    try append(lines, to: folder, from: 0, at: 0)
    return folder
  }

  private func append(
    _ lines: [String],
    to folder: AttemptFolder,
    from start: Int,
    at first: Int
  ) throws {
    var (offset, times) = (start, "")
    for (index, line) in lines.enumerated() {
      times += "\(1000 + first + index).0 \(offset)\n"
      offset += line.utf8.count + 1
    }
    for (path, text) in [(folder.log, lines.joined(separator: "\n") + "\n"), (folder.times, times)]
    {
      let old = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
      let file = FileHandle(forWritingAtPath: path)
      if let file {
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
      } else {
        try (old + text).write(toFile: path, atomically: false, encoding: .utf8)
      }
    }
  }

  @Test func `messages have the time at which they were printed, a traceback is one`() throws {
    let first = [
      "epoch 1", "WARNING: slow", "Traceback (most recent call last):", "  File \"a.py\", line 1",
      "ValueError: bad", "epoch 2",
    ]
    let folder = try log(first)
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    var messages = LogMessages(folder)
    messages.refresh()
    #expect(messages.groups.map(\.message.time) == [1001, 1002])
    #expect(messages.groups.map(\.message.severity) == [.warning, .error])
    #expect(messages.groups.map(\.message.text) == ["WARNING: slow", "ValueError: bad"])
    let size = first.joined(separator: "\n").utf8.count + 1
    try append(["ERROR: again"], to: folder, from: size, at: 6)
    messages.refresh()
    #expect(messages.groups.map(\.message.time) == [1001, 1002, 1006])
    messages.refresh()
    #expect(messages.groups.count == 3)
  }

  @Test func `however many there are, they are few groups, none is lost, and errors give the text`()
    throws
  {
    let lines = (0..<2000).map { $0 == 1500 ? "ERROR: the one" : "WARNING: \($0)" }
    let folder = try log(lines)
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    var messages = LogMessages(folder)
    messages.refresh()
    let all = messages.groups.map(\.message)
    #expect((LogMessages.most...2 * LogMessages.most).contains(all.count))
    #expect(all.reduce(0) { $0 + $1.count } == 2000)
    #expect(all.filter { $0.severity == .error }.map(\.text) == ["ERROR: the one"])
    #expect(all.filter { $0.severity == .error }.map(\.time) == [2500])
    #expect(all.map(\.time) == all.map(\.time).sorted())
  }

  @Test func `without a log there is nothing, and no harm`() {
    var messages = LogMessages(AttemptFolder(path: "/nowhere"))
    messages.refresh()
    #expect(messages.groups.isEmpty)
  }

  @Test func `a time's step is that of the last point up to it`() throws {
    let steps = (0..<1000).map { Double($0) * 10 }
    let track = SeriesTrack(
      SeriesData(steps: steps, times: steps.map { 5000 + $0 }, values: steps)
    )
    #expect(try track.step(at: 4999) == nil)
    #expect(try track.step(at: 5055) == 50)
    #expect(try track.step(at: 9e9) == 9990)
  }
}
