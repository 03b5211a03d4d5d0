import Commands
import Engine
import Foundation
import Store
import Testing

/// What `lathe show` tells of a step that was tried several times.
struct AttemptTextTests {
  private let scratch = Home(
    folder: FileManager.default.temporaryDirectory.path + "/attempts-" + UUID().uuidString
  )

  @Test func `each attempt is listed with its end`() throws {
    defer { try? FileManager.default.removeItem(atPath: scratch.folder) }
    var train = step("train", .succeeded)
    (train.logRun, train.logAttempt, train.attempt) = (2, 3, 3)
    // Of the second its runner went away.
    for (number, status) in [(1, "failed"), (3, "succeeded")] {
      let folder = scratch.attempt(run: 2, step: "train", attempt: number)
      try makeFolder(folder.path)
      let start = noon.timeIntervalSinceReferenceDate + Double(number)
      let reason = status == "failed" ? ", \"reason\": \"Exit code 7: no such file\"" : ""
      let text = """
        {"status": "\(status)", "started": \(start), "ended": \(start + 2), "outputs": {}, "metrics": [],
        "sparkline": [], "peakMemory": 1, "cpuSeconds": 0, "exitCode": 7\(reason)}
        """
      try Data(text.utf8).write(to: URL(filePath: folder.exit))
    }
    let attempts = StepAttempt.several(of: train, in: scratch)
    #expect(attempts.map(\.number) == [1, 2, 3])
    let lines = AttemptTable.lines([train], ["train": attempts], of: run(2), width: nil, zone: utc)
    #expect(
      lines.plain == """
           step   attempt  started              time  reason
        ✗  train        1  2026-03-01 14:02:12  2s    Exit code 7: no such file
        ✗  train        2                             Its runner left no word of its end.
        ✓  train        3  2026-03-01 14:02:14  2s
        lathe logs r2 train --attempt 1 prints what one of them said.

        """
    )
    #expect(attempts.map(\.json.text).joined().contains("no such file"))
    train.logAttempt = 1
    #expect(StepAttempt.several(of: train, in: scratch).isEmpty)
    #expect(AttemptTable.lines([train], [:], of: run(2), width: nil, zone: utc).isEmpty)
  }
}
