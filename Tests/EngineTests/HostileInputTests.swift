import Foundation
import Glibc
import Series
import Store
import Testing

@testable import Engine

/// Ways in that are not what they seem, or more than fits: nothing is lost, doubled or harmed.
struct HostileInputTests {
  private let site: IngestSite

  init() throws { site = try IngestSite() }

  private func blocks(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_blocks) : -1
  }

  // MARK: Files that are not Lathe's

  @Test(arguments: [false, true])
  func `no hole is punched into a file that lies elsewhere as well`(isHard: Bool) throws {
    let own = site.root + "/own.txt"
    var ingest = try site.ingest(punchSize: 1 << 16)
    try Data((0..<40_000).map { "a=\($0)\n" }.joined().utf8).write(to: URL(filePath: own))
    unlink(site.attempt.metricLines)
    #expect((isHard ? link : symlink)(own, site.attempt.metricLines) == 0)
    let before = blocks(of: own)
    try ingest.finish()
    try ingest.seal()
    #expect(try site.reader()["a"]?.count == 40_000)
    #expect(blocks(of: own) == before)
  }

  @Test func `event files that came with the code are none of the attempt's, whenever it dies`()
    throws
  {
    var events = EventBytes()
    events.add(tag: "old", step: 1, value: 1)
    try Data(events.bytes).write(to: URL(filePath: site.attempt.work + "/events.out.tfevents.1.h"))
    do {
      _ = try site.ingest()
      _ = try StepLog(folder: site.attempt)
    }
    _ = try Ingest.recover(site.attempt)
    #expect(try site.reader().names.isEmpty)
  }

  // MARK: More than fits

  @Test func `event files that come at once are taken in turns, and lose no point`() throws {
    var ingest = try site.ingest()
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
      try Data(bytes).write(to: URL(filePath: site.attempt.work + "/tfevents.\(file)"))
    }
    // As much of them at once as the budget of a call is.
    #expect(try ingest.drain())
    #expect(try site.reader()["a"]?.count == 2 * 20 * 2_000)
    try ingest.finish()
    try ingest.seal()
    #expect(try site.reader()["a"]?.count == 4 * 20 * 2_000)
  }

  // MARK: What is watched

  @Test func `a new folder costs a look at itself, however many there are`() throws {
    for number in 0..<50 {
      let folder = "\(site.attempt.work)/old\(number)"
      try makeFolder(folder)
      for file in 0..<20 { try site.append([1], to: "\(folder)/\(file)") }
    }
    var ingest = try site.ingest()
    try ingest.takeAll()
    let before = ingest.events.examined
    #expect(before >= 1_050)
    var events = EventBytes()
    events.add(tag: "a", step: 1, value: 1)
    for number in 0..<20 {
      let folder = "\(site.attempt.work)/new\(number)/train"
      try makeFolder(folder)
      try site.append(events.bytes, to: folder + "/tfevents.1")
      try ingest.takeAll()
    }
    #expect(try site.reader()["train/a"]?.count == 20)
    #expect(ingest.events.examined - before <= 20 * 12)
  }

  @Test func `a search has a limit of entries, which is said once`() throws {
    var folder = EventFolder(path: site.attempt.work, mostEntries: 10)
    for file in 0..<30 { try site.append([1], to: "\(site.attempt.work)/tfevents.\(file)") }
    for _ in 0..<2 { folder.discover() }
    #expect(folder.examined == 20)
    #expect(
      folder.takeTroubles() == [
        "More than 10 files lie in the work folder: not all were searched for event files."
      ]
    )
  }

  @Test func `an event file with a long path is taken once, whenever the runner dies`() throws {
    let folder =
      ([site.attempt.work] + (0..<6).map { "\($0)" + String(repeating: "n", count: 100) })
      .joined(separator: "/")
    var events = EventBytes()
    events.add(tag: "a", step: 1, value: 1)
    do {
      var ingest = try site.ingest()
      try makeFolder(folder)
      try site.append(events.bytes, to: folder + "/tfevents.1")
      try ingest.takeAll()
      #expect(try site.reader()["a"]?.count == 1)
    }
    try site.append(events.bytes, to: folder + "/tfevents.1")
    var again = try site.ingest(isNew: false)
    try again.finish()
    try again.seal()
    #expect(try site.reader()["a"]?.count == 2)
  }

  @Test func `a folder that is made anew is followed`() throws {
    var ingest = try site.ingest()
    let folder = site.attempt.work + "/logs"
    var events = EventBytes()
    events.add(tag: "a", step: 1, value: 1)
    try ingest.takeAll()
    for round in 0..<3 {
      try makeFolder(folder)
      try ingest.takeAll()
      try Data(events.bytes).write(to: URL(filePath: folder + "/tfevents.\(round)"))
      let hasNews = isReadable(ingest.descriptors.files)
      #expect(hasNews)
      try ingest.takeAll()
      #expect(try site.reader()["a"]?.count == round + 1)
      try FileManager.default.removeItem(atPath: folder)
      try ingest.takeAll()
    }
  }

  // MARK: Files without an end

  @Test func `a hole in LATHE_METRICS is passed over however long it is`() throws {
    var ingest = try site.ingest()
    try site.append("a=1\n".utf8, to: site.attempt.metricLines)
    #expect(truncate(site.attempt.metricLines, 1 << 40) == 0)
    try site.append("=3\na=2\n".utf8, to: site.attempt.metricLines)
    #expect(truncate(site.attempt.metricLines, 3 << 40) == 0)
    var turns = 0
    while try ingest.drain() { turns += 1 }
    #expect(turns < 10)
    #expect(try site.points() == ["a 0.0 1.0", "a 1.0 2.0"])
    #expect(
      ingest.takeWarnings() == ["LATHE_METRICS has a hole; the line that it is in is left out."]
    )
    try site.append("\na=4\n".utf8, to: site.attempt.metricLines)
    try ingest.finish()
    try ingest.seal()
    #expect(try site.points().last == "a 2.0 4.0")
    #expect(access(site.attempt.metricLines, F_OK) != 0)
  }

  @Test func `what is left when the end is not waited for is said, and stays`() throws {
    var ingest = try site.ingest()
    let line = Array("a=1\n".utf8)
    try site.append((0..<1 << 20).map { line[$0 & 3] }, to: site.attempt.metricLines)
    var records = SDKRecords()
    records.name(0, "m")
    records.layout(0, [0])
    for _ in 0..<40_000 { records.points(0, step: 0, time: 0, [1]) }
    try site.append(records.bytes, to: site.attempt.sdk + "/1-a.lathe")
    try ingest.finish { true }
    try ingest.seal()
    let taken = try site.reader()["m"]?.count ?? 0
    #expect(taken > 0)
    #expect(taken < 40_000)
    let left = (40_000 - taken) * 27 + 1 << 20
    #expect(
      ingest.takeWarnings() == [
        "Not all metrics were read before the step had to end: about \(left) bytes are left in their files."
      ]
    )
    #expect(access(site.attempt.metricLines, F_OK) == 0)
    #expect(access(site.attempt.sdk + "/1-a.lathe", F_OK) == 0)
  }

  // MARK: What all files are together

  @Test func `bytes of all files together have a limit, which is said once`() throws {
    var limits = IngestLimits()
    limits.bytes = 10_000
    var ingest = try site.ingest(limits: limits)
    try site.append(String(repeating: "a=1\n", count: 2_000).utf8, to: site.attempt.metricLines)
    try ingest.takeAll()
    #expect(ingest.takeWarnings().isEmpty)
    var records = SDKRecords()
    records.name(0, "m")
    records.layout(0, [0])
    for _ in 0..<1_000 { records.points(0, step: 0, time: 0, [1]) }
    for file in 0..<9 {
      try site.append(records.bytes, to: site.attempt.sdk + "/\(file)-a.lathe")
      try ingest.takeAll()
    }
    try site.append(String(repeating: "a=1\n", count: 2_000).utf8, to: site.attempt.metricLines)
    try ingest.finish()
    #expect(
      ingest.takeWarnings() == [
        "The metrics files of this attempt have more than 10000 bytes together; the rest is not read."
      ]
    )
    #expect(try site.reader()["a"]?.count == 2_000)
    #expect(try site.reader()["m"]?.count ?? 0 < 2_000)
    try ingest.seal()
    #expect(access(site.attempt.sdk + "/8-a.lathe", F_OK) == 0)
  }

  @Test func `a pipe is read on when files have come to their limit`() throws {
    var site = site
    site.spec.environment["LATHE_METRICS"] = "pipe"
    var limits = IngestLimits()
    limits.bytes = 0
    var ingest = try site.ingest(limits: limits)
    #expect(mkfifo(site.attempt.work + "/pipe", 0o600) == 0)
    try ingest.takeAll()
    for value in 1...3 {
      try site.append("a=\(value)\n".utf8, to: site.attempt.work + "/pipe")
      try ingest.takeAll()
    }
    #expect(try site.reader()["a"]?.count == 3)
  }

  @Test func `names that all files define together have a limit, which is said once`() throws {
    var limits = IngestLimits()
    limits.definitions = 3_000
    var ingest = try site.ingest(limits: limits)
    for file in 0..<9 {
      var records = SDKRecords()
      for id in 0..<50 { records.name(UInt32(id), "metric/\(id)") }
      records.layout(0, [0])
      records.points(0, step: Double(file), time: 0, [1])
      try site.append(records.bytes, to: site.attempt.sdk + "/\(file)-a.lathe")
    }
    try ingest.finish()
    try ingest.seal()
    #expect(try site.reader()["metric/0"]?.count == 3)
    #expect(
      ingest.takeWarnings() == [
        "Files of the Python module define more names than are kept of all together; what follows in these is not read."
      ]
    )
  }

  // MARK: A stop

  @Test func `what is being hashed is given up when a stop has waited for its grace`() throws {
    let store = ObjectStore(home: Home(folder: site.root))
    try Data(count: 1 << 20).write(to: URL(filePath: site.attempt.work + "/model.bin"))
    var logged = Logged()
    logged.artifacts = ["model": "model.bin"]
    var asked = 0
    let facts = logged.facts(storing: store, in: site.attempt) {
      asked += 1
      return asked < 3
    }
    #expect(facts == nil)
    let log = try String(contentsOfFile: site.attempt.log, encoding: .utf8)
    #expect(
      log.contains(
        "lathe: The artifact 'model' is not kept: It was not stored to its end. The step was stopped."
      )
    )
    #expect(try FileManager.default.contentsOfDirectory(atPath: store.folder + "/tmp").isEmpty)
  }
}
