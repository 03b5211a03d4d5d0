import Documents
import Foundation
import Glibc
import Pipelines
import Series
import Store
import Testing

@testable import Engine

/// The ways in of an attempt's metrics, without a script: files are written, and taken in.
struct IngestTests {
  private let site: IngestSite

  init() throws {
    site = try IngestSite(metrics: [
      AttemptSpec.Metric(name: "loss", regex: #"loss=(\S+)"#, goal: .min, isMain: true)
    ])
  }

  /// The same step without a metric that it declares.
  private var bare: IngestSite {
    var own = site
    own.spec.metrics = []
    return own
  }

  // MARK: Lines

  @Test func `lines of LATHE_METRICS are points as soon as they end`() throws {
    var ingest = try site.ingest()
    try site.append(
      "loss=1 step=5\n{\"val\": {\"loss\": 2}, \"step\": 6}\nloss=".utf8,
      to: site.attempt.metricLines
    )
    try ingest.takeAll()
    #expect(try site.points() == ["loss 5.0 1.0", "val/loss 6.0 2.0"])
    try site.append("3\nbad line\n# fine\nloss=4".utf8, to: site.attempt.metricLines)
    try ingest.takeAll()
    #expect(try site.points() == ["loss 5.0 1.0", "loss 1.0 3.0", "val/loss 6.0 2.0"])
    let warnings = ingest.takeWarnings()
    #expect(
      warnings == [
        "Line 4 of LATHE_METRICS is left out, 'bad' is no name=value: bad line"
      ]
    )
    try ingest.finish()
    try ingest.seal()
    #expect(try site.points().contains("loss 2.0 4.0"))
    #expect(access(site.attempt.metricLines, F_OK) != 0)
  }

  @Test func `of lines that cannot be read the first three are told, then how many more`() throws {
    var ingest = try bare.ingest()
    let bad = ["a=x", "{\"a\": ", "\"a=1", "=2", "a= b=1", "a=1z"]
    try site.append("a=1\n\(bad.joined(separator: "\n"))\na=2\n".utf8, to: site.attempt.metricLines)
    try ingest.takeAll()
    #expect(
      ingest.takeWarnings() == [
        "Line 2 of LATHE_METRICS is left out, 'x' is no number: a=x",
        "Line 3 of LATHE_METRICS is left out, it is not one whole JSON object of metrics: {\"a\": ",
        "Line 4 of LATHE_METRICS is left out, a quote is not closed: \"a=1",
      ]
    )
    try site.append("oops".utf8, to: site.attempt.metricLines)
    try ingest.finish()
    #expect(
      ingest.takeWarnings() == [
        "4 more lines of LATHE_METRICS are left out: they are neither name=value nor JSON."
      ]
    )
    #expect(try site.points() == ["a 0.0 1.0", "a 1.0 2.0"])
  }

  @Test func `a line has no number where reading did not begin with the first one`() throws {
    try site.append("a=1\n".utf8, to: site.attempt.metricLines)
    do {
      var first = try bare.ingest()
      try first.takeAll()
    }
    try site.append("=2\n".utf8, to: site.attempt.metricLines)
    var second = try bare.ingest(isNew: false)
    try second.finish()
    #expect(
      second.takeWarnings() == ["A line of LATHE_METRICS is left out, no name stands before =: =2"]
    )
  }

  @Test func `what is sampled has as x the seconds since the attempt began`() throws {
    let clock = StepClock(start: 1_772_373_000, steady: { 0 })
    var ingest = try Ingest(folder: site.attempt, spec: site.spec, isNew: true, clock: clock)
    for now in [2.04, 4.26, 61] {
      try ingest.take(sampled: [(name: "system/cpu", value: 50)], now: clock.start + now)
    }
    #expect(
      try site.points() == ["system/cpu 2.0 50.0", "system/cpu 4.3 50.0", "system/cpu 61.0 50.0"]
    )
  }

  @Test func `a metrics file that is emptied or replaced is read from its beginning`() throws {
    var ingest = try site.ingest()
    try site.append("a=1\na=2\n".utf8, to: site.attempt.metricLines)
    try ingest.takeAll()
    #expect(truncate(site.attempt.metricLines, 0) == 0)
    try site.append("a=3\n".utf8, to: site.attempt.metricLines)
    try ingest.takeAll()
    try site.append("a=4\n".utf8, to: site.attempt.metricLines)
    try site.append("a=5\n".utf8, to: site.attempt.path + "/new")
    #expect(rename(site.attempt.path + "/new", site.attempt.metricLines) == 0)
    try ingest.takeAll()
    #expect(try site.points() == ["a 0.0 1.0", "a 1.0 2.0", "a 2.0 3.0", "a 3.0 4.0", "a 4.0 5.0"])
    try site.append("a=6\n".utf8, to: site.attempt.metricLines)
    try ingest.takeAll()
    #expect(try site.points().count == 6)
  }

  @Test func `a fifo that a script makes is read, and goes on when a program closes it`() throws {
    var site = site
    site.spec.environment["LATHE_METRICS"] = "pipe"
    var ingest = try site.ingest()
    #expect(mkfifo(site.attempt.work + "/pipe", 0o600) == 0)
    try ingest.takeAll()
    #expect(ingest.descriptors.fifo >= 0)
    for value in 1...3 {
      try site.append("a=\(value)\nb=".utf8, to: site.attempt.work + "/pipe")
      try ingest.takeAll()
      try site.append("\(value)\n".utf8, to: site.attempt.work + "/pipe")
      try ingest.takeAll()
    }
    #expect(
      try site.points() == [
        "a 0.0 1.0", "a 1.0 2.0", "a 2.0 3.0", "b 0.0 1.0", "b 1.0 2.0", "b 2.0 3.0",
      ]
    )
  }

  @Test func `what lies in a file of the user's own before the attempt is not its`() throws {
    var site = site
    site.spec.environment["LATHE_METRICS"] = "own.txt"
    try site.append("old=1\n".utf8, to: site.attempt.work + "/own.txt")
    var ingest = try site.ingest()
    try site.append("new=1\n".utf8, to: site.attempt.work + "/own.txt")
    try ingest.finish()
    try ingest.seal()
    #expect(try site.points() == ["new 0.0 1.0"])
    #expect(access(site.attempt.work + "/own.txt", F_OK) == 0)
  }

  @Test func `a line beyond the limit is left out, and said`() throws {
    var ingest = try site.ingest()
    let long = [UInt8](repeating: 97, count: LineInput.longestLine + 200_000)
    try site.append("a=1\n".utf8 + long + Array("\na=2\n".utf8), to: site.attempt.metricLines)
    try ingest.takeAll()
    #expect(try site.points() == ["a 0.0 1.0", "a 1.0 2.0"])
    #expect(
      ingest.takeWarnings() == ["A line of LATHE_METRICS is longer than 1 MiB and is left out."]
    )
  }

  // MARK: The log

  private func print(_ text: String, _ ingest: inout Ingest, _ log: inout StepLog) throws {
    try Array(text.utf8).withUnsafeBytes { try log.add($0, into: &ingest) }
  }

  @Test func `a JSON line is points, and a definition finds what it does not tell`() throws {
    var ingest = try site.ingest()
    var log = try StepLog(folder: site.attempt)
    try print("{\"step\": 1, \"loss\": 0.5}\nloss=0.4\n", &ingest, &log)
    try print(
      "{\"note\": \"loss=0.3\", \"acc\": 1}\n{\"level\": \"info\", \"x\": \"loss=0.2 \"}\n",
      &ingest,
      &log
    )
    #expect(try site.points().filter { $0.hasPrefix("acc") } == ["acc 0.0 1.0"])
    #expect(
      try site.points().filter { $0.hasPrefix("loss") } == [
        "loss 1.0 0.5", "loss 1.0 0.4", "loss 2.0 0.2",
      ]
    )
  }

  @Test func `sentences of Lathe's own stand on lines of their own`() throws {
    var ingest = try site.ingest()
    var log = try StepLog(folder: site.attempt)
    try print("half", &ingest, &log)
    try log.say(["One."])
    try print(" line\n", &ingest, &log)
    try print("last", &ingest, &log)
    try log.finish(into: &ingest)
    try log.sayAll(["Two."])
    let text = try String(contentsOfFile: site.attempt.log, encoding: .utf8)
    #expect(text == "half line\nlathe: One.\nlast\nlathe: Two.\n")
  }

  // MARK: The Python module's files

  private var records: SDKRecords {
    var records = SDKRecords()
    records.name(7, "loss")
    records.name(9, "größe")
    records.layout(0, [7, 9])
    records.points(0, step: 1, time: 100, [0.5, 1])
    records.points(0, step: .nan, time: .nan, [.nan, .infinity])
    records.layout(1, [9])
    records.points(1, step: -3, time: 101, [-0.0])
    records.fact(#"{"param": {"lr": 0.1, "deep": {"a": [1, 2]}, "name": "ü\n"}}"#)
    records.fact(#"{"summary": {"best": NaN, "word": "good"}}"#)
    return records
  }

  private let expected = [
    "loss 1.0 0.5", "loss 1.0 nan", "größe 1.0 1.0", "größe 1.0 inf", "größe -3.0 -0.0",
  ]

  @Test func `records are points and facts, however they are torn and whenever the runner dies`()
    throws
  {
    let bytes = records.bytes
    for cut in stride(from: 0, through: bytes.count, by: 7) {
      let site = try IngestSite()
      let path = site.attempt.sdk + "/1-a.lathe"
      do {
        var ingest = try site.ingest()
        try site.append(bytes[..<cut], to: path)
        try ingest.takeAll()
      }
      // Killed here: nothing was told to end.
      try site.append(bytes[cut...], to: path)
      var ingest = try site.ingest(isNew: false)
      try ingest.finish()
      try ingest.seal()
      let found = try site.points()
      #expect(found == expected, "\(cut)")
      #expect(ingest.takeWarnings().isEmpty)
      let logged = ingest.result(site.spec)
      #expect(logged.params == ["lr": "0.1", "deep": "{a: [1, 2]}", "name": "ü\n"])
      #expect(logged.summary["word"] == .text("good"))
      guard case .number(let best)? = logged.summary["best"], best.isNaN else {
        Issue.record("best is no NaN")
        continue
      }
      #expect(logged.metrics.map(\.name) == ["loss", "größe"])
      #expect(access(site.attempt.sdk, F_OK) != 0)
    }
  }

  @Test(
    arguments: [
      (0, "is none of the Python module"), (1, "has a record of unknown kind 9 at byte 8"),
      (2, "uses what it did not define at byte 8"), (3, "uses what it did not define at byte 8"),
      (4, "goes beyond the limits at byte 8"),
    ]
  )
  func `a file that no module writes is said once and stays`(kind: Int, words: String) throws {
    var bad = SDKRecords()
    switch kind {
    case 0: bad.bytes = Array("LATHEPT2".utf8)
    case 1: bad.bytes.append(9)
    case 2: bad.points(4, step: 0, time: 0, [1])
    case 3: bad.layout(0, [1])
    default:
      bad.bytes.append(4)
      bad.add(UInt32.max)
    }
    var ingest = try site.ingest()
    try site.append(bad.bytes, to: site.attempt.sdk + "/2-b.lathe")
    try site.append(records.bytes, to: site.attempt.sdk + "/1-a.lathe")
    try ingest.takeAll()
    try site.append([0], to: site.attempt.sdk + "/2-b.lathe")
    try ingest.finish()
    #expect(
      ingest.takeWarnings() == ["The metrics file sdk/2-b.lathe \(words); the rest is not read."]
    )
    #expect(try site.points() == expected)
    try ingest.seal()
    #expect(access(site.attempt.sdk + "/2-b.lathe", F_OK) == 0)
    #expect(access(site.attempt.sdk + "/1-a.lathe", F_OK) != 0)
  }

  @Test func `any bytes are records, a refusal or too few`() throws {
    var random = Seeded(seed: 5)
    var sink = try MetricSink(folder: site.attempt)
    let whole = records.bytes
    try fuzz(3_000) { round in
      // Another series now and then: the names that come of it are many.
      if round > 0, round % 30_000 == 0 {
        let next = AttemptFolder(path: "\(site.attempt.path)-\(round)")
        try makeFolder(next.path)
        sink = try MetricSink(folder: next)
      }
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 8..<bytes.count, using: &random)
        if Bool.random(using: &random) {
          bytes[place] = UInt8(truncatingIfNeeded: random.next())
        } else {
          bytes.remove(at: place)
        }
      }
      var decoder = SDKDecoder()
      var at = 0
      while at < bytes.count {
        let end = min(bytes.count, at + Int.random(in: 1...60, using: &random))
        let taken = bytes.withUnsafeBytes {
          decoder.take(UnsafeRawBufferPointer(rebasing: $0[at..<end]), into: &sink)
        }
        #expect(taken <= end - at)
        if sink.isFull { try sink.flush() }
        at += taken
        if taken == 0, end == bytes.count || decoder.damage != nil { break }
        if taken == 0 {
          // A torn record: with all that there is, it is whole, damaged, or goes beyond the file.
          let rest = bytes.withUnsafeBytes {
            decoder.take(UnsafeRawBufferPointer(rebasing: $0[at...]), into: &sink)
          }
          at += rest
          if rest == 0 { break }
        }
      }
    }
  }

  @Test func `consumed bytes are given back, and what they defined outlives them`() throws {
    let path = site.attempt.sdk + "/1-a.lathe"
    var head = SDKRecords()
    head.name(0, "m")
    head.layout(0, [0])
    let fact = "{\"param\": {\"a\": 1}\(String(repeating: " ", count: 200_000))}"
    do {
      var ingest = try bare.ingest(punchSize: 1 << 18)
      try site.append(head.bytes, to: path)
      for index in 0..<10 {
        var records = SDKRecords()
        records.bytes = []
        records.fact(fact)
        records.points(0, step: Double(index), time: 5, [Double(index)])
        try site.append(records.bytes, to: path)
      }
      try ingest.takeAll()
      var status = stat()
      #expect(stat(path, &status) == 0)
      #expect(Int(status.st_blocks) * 512 < Int(status.st_size) / 2)
    }
    var more = SDKRecords()
    more.bytes = []
    more.points(0, step: 10, time: 5, [10])
    try site.append(more.bytes, to: path)
    var again = try bare.ingest(isNew: false)
    try again.finish()
    #expect(again.takeWarnings().isEmpty)
    #expect(try site.points() == (0...10).map { "m \(Double($0)) \(Double($0))" })
  }

  @Test func `10,000 names are kept, and the next one is said`() throws {
    var ingest = try bare.ingest()
    var records = SDKRecords()
    for id in 0..<10_001 { records.name(UInt32(id), "metric/\(id)") }
    records.layout(0, (0..<10_001).map { UInt32($0) })
    for step in 0..<3 {
      records.points(0, step: Double(step), time: 1, (0..<10_001).map { Double($0) })
    }
    try site.append(records.bytes, to: site.attempt.sdk + "/1-a.lathe")
    try ingest.finish()
    try ingest.seal()
    let logged = ingest.result(site.spec)
    #expect(logged.metrics.count == 10_000)
    #expect(logged.metrics.allSatisfy { $0.count == 3 })
    #expect(ingest.takeWarnings().count == 1)
  }

  // MARK: Facts

  @Test func `facts have limits, and the last of a name counts`() throws {
    var book = FactBook(path: site.attempt.facts)
    for index in 0..<1_200 { book.set(param: "p\(index)", "v") }
    #expect(book.params.count == 1_000)
    #expect(book.refused == 200)
    book.set(param: "p0", String(repeating: "x", count: 5_000))
    book.set(param: String(repeating: "n", count: 300), "v")
    #expect(book.refused == 202)
    for index in 0..<100 { book.set(summary: "best", .number(Double(index))) }
    try book.flush()
    try site.append("{\"param\": {\"torn".utf8, to: site.attempt.facts)
    var again = FactBook(path: site.attempt.facts)
    #expect(again.params == book.params)
    #expect(again.summary == ["best": .number(99)])
    again.set(param: "p1", "w")
    try again.flush()
    #expect(FactBook(path: site.attempt.facts).params["p1"] == "w")
  }

  @Test func `an artifact is stored as it is at the end, and one that is missing is said`() throws {
    let store = ObjectStore(home: Home(folder: site.root))
    try site.append("x".utf8, to: site.attempt.work + "/model.bin")
    var logged = Logged()
    logged.artifacts = ["model": "model.bin", "gone": site.attempt.work + "/gone", "all": "/"]
    let facts = logged.facts(storing: store, in: site.attempt)
    #expect(facts?.artifacts == ["model": Artifact(kind: .file, digest: Digest(of: "x"), size: 1)])
    let log = try String(contentsOfFile: site.attempt.log, encoding: .utf8)
    #expect(log.split(separator: "\n").count == 2)
    #expect(log.contains("lathe: The artifact 'gone' is not kept: "))
    // Stored again, as the first time took too long: said once.
    var said: Set<String> = ["all"]
    for _ in 0..<2 {
      let again = logged.facts(storing: store, in: site.attempt, said: &said) { true }
      #expect(again == facts)
    }
    let longer = try String(contentsOfFile: site.attempt.log, encoding: .utf8)
    #expect(longer.split(separator: "\n").count == 3)
  }

  // MARK: Pace

  @Test func `the first of a quiet time is taken at once, the next after 8 ms`() {
    var pace = Pace()
    #expect(pace.rest(at: 100) == nil)
    pace.took(at: 100)
    #expect(pace.rest(at: 100.001).map { abs($0 - 0.007) < 1e-9 } == true)
    #expect(pace.rest(at: 100.0081) == nil)
  }

  // MARK: What would be missed

  @Test func `lines that a metric's pattern matches without a number are counted`() throws {
    var ingest = try site.ingest()
    for line in ["loss=high", "loss=1", "loss=low"] {
      Array(line.utf8).withUnsafeBufferPointer { ingest.take(line: $0, now: 1) }
    }
    #expect(ingest.takeWarnings().isEmpty)
    try ingest.finish()
    #expect(
      ingest.takeWarnings() == [
        "2 lines match the pattern of metric 'loss', and what its group holds there is no number."
      ]
    )
  }

  @Test func `a declared metric that never came is told of at the end`() throws {
    var own = site
    own.spec.metrics = ["loss", "val_loss", "text", "reward", "guess"].map { name in
      AttemptSpec.Metric(
        name: name,
        regex: name == "reward" ? nil : "\(name)=([a-z0-9.]+)$",
        goal: .min,
        isMain: name == "val_loss",
        isGuess: name == "guess" ? true : nil
      )
    }
    var ingest = try own.ingest()
    for line in ["loss=1", "text=high", "validation loss 0.5"] {
      Array(line.utf8).withUnsafeBufferPointer { ingest.take(line: $0, now: 1) }
    }
    try ingest.finish()
    #expect(
      ingest.takeWarnings() == [
        "1 line matches the pattern of metric 'text', and what its group holds there is no number.",
        "No line matches the pattern of metric 'val_loss': the step has logged none.",
        "The step has logged no metric 'reward', which it declares.",
      ]
    )
  }

  @Test func `a rule without anything to watch is told of at the end`() throws {
    var own = site
    own.spec.watch = [
      WatchRule(.threshold(above: 1, below: nil, patience: 1), metric: "los"),
      WatchRule(.threshold(above: 1, below: nil, patience: 1), metric: "loss"),
      WatchRule(.explodingTensor(onlyNaN: false)),
    ]
    var shared = own.spec.watch[0]
    shared.metric = "elsewhere"
    shared.isForAll = true
    own.spec.watch.append(shared)
    var ingest = try own.ingest()
    Array("loss=1".utf8).withUnsafeBufferPointer { ingest.take(line: $0, now: 1) }
    try ingest.finish()
    #expect(
      ingest.takeWarnings() == [
        "Watch rule Threshold had nothing to watch: the step has logged no metric 'los'."
      ]
    )
  }
}
