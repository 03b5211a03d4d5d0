import Foundation
import Glibc
import Series
import Store
import Testing

@testable import Engine

/// Ways in that are not what they seem, or more than fits: nothing is lost, doubled or harmed.
struct HostileInputTests {
  private let root: String
  private let attempt: AttemptFolder
  private let spec: AttemptSpec

  init() throws {
    root = try makeTemporaryFolder()
    attempt = AttemptFolder(path: root + "/attempt")
    try makeFolder(attempt.work)
    spec = AttemptSpec(
      run: 1,
      step: "train",
      attempt: 1,
      home: root,
      state: root,
      arguments: [],
      environment: [:],
      code: Digest(of: ""),
      inputs: [],
      outputs: [:],
      metrics: []
    )
    try JSONEncoder().encode(spec).write(to: URL(filePath: attempt.spec))
  }

  private func reader() throws -> SeriesReader {
    var reader = SeriesReader(folder: attempt.metrics)
    _ = try reader.refresh()
    return reader
  }

  private func blocks(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_blocks) : -1
  }

  // MARK: Files that are not Lathe's

  @Test(arguments: [false, true])
  func `no hole is punched into a file that lies elsewhere as well`(isHard: Bool) throws {
    let own = root + "/own.txt"
    var ingest = try Ingest(folder: attempt, spec: spec, isNew: true, punchSize: 1 << 16)
    try Data((0..<40_000).map { "a=\($0)\n" }.joined().utf8).write(to: URL(filePath: own))
    unlink(attempt.metricLines)
    #expect((isHard ? link : symlink)(own, attempt.metricLines) == 0)
    let before = blocks(of: own)
    try ingest.finish()
    try ingest.seal()
    #expect(try reader()["a"]?.count == 40_000)
    #expect(blocks(of: own) == before)
  }

  @Test func `event files that came with the code are none of the attempt's, whenever it dies`()
    throws
  {
    var events = EventBytes()
    events.add(tag: "old", step: 1, value: 1)
    try Data(events.bytes).write(to: URL(filePath: attempt.work + "/events.out.tfevents.1.h"))
    do {
      _ = try Ingest(folder: attempt, spec: spec, isNew: true)
      _ = try StepLog(folder: attempt)
    }
    _ = try Ingest.recover(attempt)
    #expect(try reader().names.isEmpty)
  }

  // MARK: More than fits

  @Test func `event files that come at once are taken in turns, and lose no point`() throws {
    var ingest = try Ingest(folder: attempt, spec: spec, isNew: true)
    let values = (0..<2_000).reduce(into: [UInt8]()) { bytes, _ in
      bytes += EventBytes.message(
        1,
        EventBytes.text(1, "a") + EventBytes.fixed32(2, Float(1).bitPattern)
      )
    }
    var events = EventBytes()
    events.add(event: EventBytes.fixed64(1, 1.0.bitPattern) + EventBytes.message(5, values))
    let bytes = (0..<20).flatMap { _ in events.bytes }
    for file in 0..<4 {
      try Data(bytes).write(to: URL(filePath: attempt.work + "/tfevents.\(file)"))
    }
    // As much of them at once as the budget of a call is.
    #expect(try ingest.drain())
    #expect(try reader()["a"]?.count == 2 * 20 * 2_000)
    try ingest.finish()
    try ingest.seal()
    #expect(try reader()["a"]?.count == 4 * 20 * 2_000)
  }

  // MARK: What is watched

  @Test func `a folder that is made anew is followed`() throws {
    var ingest = try Ingest(folder: attempt, spec: spec, isNew: true)
    let folder = attempt.work + "/logs"
    var events = EventBytes()
    events.add(tag: "a", step: 1, value: 1)
    while try ingest.drain() {}
    for round in 0..<3 {
      try makeFolder(folder)
      while try ingest.drain() {}
      try Data(events.bytes).write(to: URL(filePath: folder + "/tfevents.\(round)"))
      let hasNews = isReadable(ingest.descriptors.files)
      #expect(hasNews)
      while try ingest.drain() {}
      #expect(try reader()["a"]?.count == round + 1)
      try FileManager.default.removeItem(atPath: folder)
      while try ingest.drain() {}
    }
  }
}
