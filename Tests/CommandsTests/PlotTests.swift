import ArgumentParser
import Commands
import Curves
import Documents
import Engine
import Foundation
import Pipelines
import Series
import Store
import Terminal
import Testing

struct PlotTests {
  private let scratch = FileManager.default.temporaryDirectory.path + "/plot-" + UUID().uuidString

  /// A metric that a run logged, on disk.
  private func logged(
    _ id: Int = 1,
    _ values: [Double],
    name: String = "loss",
    times: [Double]? = nil
  ) throws -> LoggedMetric {
    let folder = AttemptFolder(path: "\(scratch)/r\(id)")
    try FileManager.default.createDirectory(
      atPath: folder.path,
      withIntermediateDirectories: true
    )
    var writer = try SeriesWriter(folder: folder.metrics)
    for (index, value) in values.enumerated() {
      writer.append(name, step: Double(index), time: times?[index] ?? Double(index), value: value)
    }
    try writer.flush()
    var reader = SeriesReader(folder: folder.metrics)
    _ = try reader.refresh()
    let track = try #require(reader[name])
    return LoggedMetric(run: run(id), step: "train", folder: folder, name: name, track: track)
  }

  private func plot(_ line: String, _ curves: [LoggedMetric]) throws -> Plot {
    let words = ["plot", "r1"] + line.split(separator: " ").map(String.init)
    return Plot(try #require(try LatheCommand.parseAsRoot(words) as? PlotCommand), curves: curves)
  }

  private func clean() { try? FileManager.default.removeItem(atPath: scratch) }

  @Test func `a picture takes the place of an empty file and of a picture, and of nothing else`()
    throws
  {
    let folder = FileManager.default.temporaryDirectory.path + "/lathe-plot-" + UUID().uuidString
    try makeFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func file(_ name: String, _ text: String) throws -> String {
      try Data(text.utf8).write(to: URL(filePath: folder + "/" + name))
      return folder + "/" + name
    }
    let good = [
      folder + "/none", try file("empty", ""), try file("a.svg", "<svg>\(LineChart.svgMark)</svg>"),
    ]
    for path in good { try PlotCommand.check(target: path, force: false) }
    mkfifo(folder + "/fifo", 0o600)
    for path in [try file("b.svg", "<svg></svg>"), folder + "/fifo", "/dev/null", folder] {
      #expect(throws: Explanation.self) { try PlotCommand.check(target: path, force: false) }
    }
  }

  @Test func `a plot is a chart of the size that was asked for`() throws {
    defer { clean() }
    let curves = [try logged(1, [2, 1, 0]), try logged(2, [2, 1.5, 1])]
    let lines = try plot("", curves).lines(size: Size(width: 40, height: 8), .ascii)
    #expect(lines.count == 8)
    #expect(lines.allSatisfy { $0.width <= 40 })
    #expect(lines.plain.contains("r1") && lines.plain.contains("r2"))
  }

  @Test func `whose metric it is is told where several steps logged one of that name`() throws {
    defer { clean() }
    var curve = try logged(1, [2, 1])
    #expect([curve].choices.isEmpty)
    curve.others = ["prepare", "warm"]
    #expect(
      [curve].choices.plain
        == "r1 loss is that of train, the last step that logged it; prepare/loss is another (prepare, warm).\n"
    )
  }

  @Test func `metrics of one run are told apart by their names, others by run and name`() throws {
    defer { clean() }
    let size = Size(width: 80, height: 12)
    let both = [try logged(1, [2, 1], name: "loss"), try logged(1, [0, 1], name: "acc")]
    let one = try plot("", both).lines(size: size, .ascii).plain
    #expect(one.contains("loss, acc") && !one.contains("r1"))
    let two = try plot("", both + [try logged(2, [0, 0.5], name: "acc")]).lines(size: size, .ascii)
      .plain
    #expect(two.contains("r1 acc") && two.contains("r2 acc"))
  }

  @Test(arguments: [
    ("r1 train/loss val/loss", "r1", "train/loss val/loss"), ("@ @-1 loss", "@ @-1", "loss"),
    ("r1 r99 s3", "r1 r99 s3", ""), ("best best loss", "best best", "loss"), ("loss", "loss", ""),
    ("r1 rate s", "r1", "rate s"),
  ])
  func `what names no run is a metric`(line: String, runs: String, metrics: String) {
    let words = line.split(separator: " ").map(String.init)
    let told = words.runsAndMetrics {
      $0 == "best"
    } isMetric: { _, _ in
      false
    }
    #expect(told.runs.joined(separator: " ") == runs)
    #expect(told.metrics.joined(separator: " ") == metrics)
    #expect(told.contested.isEmpty)
  }

  @Test(arguments: [
    ("r1 best", "r1", "best", "best"), ("r2 best", "r2 best", "", ""),
    ("best best", "best", "best", "best"), ("r2 r1 best @", "r2 r1 @", "best", "best"),
    ("r1 r3", "r1 r3", "", ""), ("r1 loss", "r1", "loss", ""),
  ])
  func `a metric of the runs before wins over a run whose name begins so`(
    line: String,
    runs: String,
    metrics: String,
    contested: String
  ) {
    let words = line.split(separator: " ").map(String.init)
    // r3 would be a metric's name as well: what has the form of a run is one all the same.
    let told = words.runsAndMetrics {
      $0 == "best"
    } isMetric: { name, runs in
      ["best", "r3"].contains(name) && !Set(runs).isDisjoint(with: ["r1", "best"])
    }
    #expect(told.runs.joined(separator: " ") == runs)
    #expect(told.metrics.joined(separator: " ") == metrics)
    #expect(told.contested.joined(separator: " ") == contested)
  }

  @Test(arguments: [
    ("", "step"), ("--x time", "time"), ("--x clock", "clock"), ("--x lr", "lr"),
  ])
  func `x is what was asked for`(line: String, label: String) throws {
    defer { clean() }
    _ = try logged(1, [0.1, 0.2, 0.3], name: "lr")
    let curve = try logged(1, [3, 2, 1], times: [1e9, 1e9 + 60, 1e9 + 120])
    let text = try plot(line, [curve]).lines(size: Size(width: 60, height: 10), .ascii).plain
    #expect(text.contains(label))
    #expect(text.contains("*"))
  }

  @Test func `a range shows a part, its open side ends with the points`() throws {
    defer { clean() }
    let curve = try logged(1, (0..<1000).map { Double($0 % 7) })
    let text = try plot("--range 900:", [curve]).lines(size: Size(width: 60, height: 10), .ascii)
    #expect(text.plain.contains("900") && !text.plain.contains("500"))
    #expect(throws: (any Error).self) {
      try plot("--range 2000:", [curve]).lines(size: Size(width: 60, height: 10), .ascii)
    }
  }

  @Test(arguments: [
    ("--yrange 3:", "3", "2"), ("--yrange 9:", "9.0", "5.0"), ("--yrange :2", "0", "3"),
    ("--yrange :-4", "-5.0", "0"), ("--yrange 3: --range :30", "5.0", "5.5"),
    ("--yrange 20: --log", "200", "5"), ("--yrange :4 --log", "1.0", "5.0"),
  ])
  func `an open side of the values ends with those in the picture`(
    line: String,
    shown: String,
    beyond: String
  ) throws {
    defer { clean() }
    // 0 to 5, and up to 7 behind the 30th step.
    let curve = try logged(1, (0..<60).map { Double($0 % 6) + ($0 > 30 ? 2 : 0) })
    let text = try plot(line, [curve]).lines(size: Size(width: 60, height: 16), .ascii)
    let labels = text.map { $0.plain.prefix(7).trimmingCharacters(in: .whitespaces) }
    #expect(labels.contains(shown), "\(text.plain)")
    #expect(!labels.contains(beyond), "\(text.plain)")
  }

  @Test func `smoothing keeps the raw points behind the line`() throws {
    defer { clean() }
    let curve = try logged(1, (0..<200).map { $0.isMultiple(of: 2) ? 1 : 0 })
    let size = Size(width: 60, height: 12)
    let raw = try plot("", [curve]).lines(size: size, .braille)
    let smooth = try plot("--smooth 0.95", [curve]).lines(size: size, .braille)
    #expect(raw != smooth)
    #expect(smooth.plain.contains("r1 ~0.95") && !raw.plain.contains("~"))
    let faded = smooth.flatMap(\.spans).contains { $0.style.color == .faded1 }
    #expect(faded)
  }

  @Test func `a watch rule's finding is marked where it was found`() throws {
    defer { clean() }
    let curve = try logged(1, (0..<50).map(Double.init))
    let finding = WatchFinding(
      rule: "divergence",
      metric: "loss",
      step: 25,
      time: 25,
      value: 25,
      message: "loss grows.",
      action: .alert
    )
    let bytes = try JSONEncoder().encode(finding) + [10]
    try bytes.write(to: URL(filePath: curve.folder.marks))
    let text = try plot("", [curve]).lines(size: Size(width: 70, height: 12), .ascii).plain
    #expect(text.contains("divergence"))
  }

  @Test func `what is not finite is told`() throws {
    defer { clean() }
    let curve = try logged(1, [1, .nan, .infinity, 2])
    #expect(
      try plot("", [curve]).notes.plain
        == "r1 loss: 2 of 4 values are NaN or infinite; ! and arrows mark where.\n"
    )
    #expect(try plot("", [logged(2, [1])]).notes.isEmpty)
  }

  @Test func `values that a logarithmic axis has no place for are told`() throws {
    defer { clean() }
    let curve = try logged(1, [1, 0, -3, .nan, 2])
    let note = "2 of 5 values are 0 or less and have no place on a logarithmic axis"
    #expect(
      try plot("--log", [curve]).notes.plain.contains("r1 loss: \(note); --symlog draws them.")
    )
    #expect(try !plot("--symlog", [curve]).notes.plain.contains("no place"))
    #expect(try !plot("--log --bars", [curve]).notes.plain.contains("no place"))
    let one = try plot("--log", [logged(2, [1, 0])]).notes.plain
    #expect(one.contains("1 of 2 values is 0 or less and has no place"))
    #expect(try plot("--log", [logged(3, [1, 2])]).notes.isEmpty)
  }

  @Test func `a range beside long steps is told with all their digits`() throws {
    defer { clean() }
    let folder = AttemptFolder(path: scratch + "/long")
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    var writer = try SeriesWriter(folder: folder.metrics)
    for step in 1_234_567...1_234_569 {
      writer.append("loss", step: Double(step), time: 0, value: 1)
    }
    try writer.flush()
    var reader = SeriesReader(folder: folder.metrics)
    _ = try reader.refresh()
    let track = try #require(reader["loss"])
    let curve = LoggedMetric(run: run(1), step: "train", folder: folder, name: "loss", track: track)
    #expect(
      try plot("--range 7654321:", [curve]).besides.plain
        == "r1 loss: no point lies from 7654321 on; it has steps 1234567 to 1234569.\n"
    )
  }

  @Test(arguments: [
    ("--range 100:200", "r1 loss: no point lies between 100 and 200; it has steps 0 to 59.\n"),
    ("--range 59:200", ""), ("--range 20.2:20.4", ""), ("--range :-1", "no point lies up to -1"),
    ("--range 100:200 --x time", "between 100 and 200; it has seconds 0 to 59."),
    ("--yrange 5:9", "r1 loss: no value lies between 5 and 9; it has 0 to 2.\n"),
    ("--yrange 3:", "no value lies from 3 on; it has 0 to 2."), ("--yrange 1:9", ""),
    ("--yrange 5:9 --csv", ""), ("", ""),
  ])
  func `a curve beside what was asked for is told`(line: String, note: String) throws {
    defer { clean() }
    let text = try plot(line, [logged(1, (0..<60).map { Double($0 % 3) })]).notes.plain
    #expect(note.isEmpty ? text.isEmpty : text.contains(note))
  }

  @Test func `in prints of every point a range is one of steps, of what is sampled one of seconds`()
    throws
  {
    defer { clean() }
    let times = (0..<60).map { Double($0) / 1000 }
    let loss = try logged(1, (0..<60).map(Double.init), times: times)
    let cpu = try logged(2, [50, 60], name: "system/cpu", times: [0, 1])
    let use = "r2 system/cpu: no point lies between 50 and 55; it has seconds 0 to 1.\n"
    #expect(try plot("--range 50:55 --csv", [loss, cpu]).notes.plain == use)
    #expect(
      try plot("--range 90: --csv", [loss, cpu]).notes.plain.contains("it has steps 0 to 59.")
    )
    // In a picture all of them share the time.
    let beside = "r1 loss: no point lies between 50 and 55; it has seconds 0 to 0.059.\n"
    #expect(try plot("--range 50:55", [loss, cpu]).notes.plain == beside + use)
  }

  @Test func `a picture tells what it leaves out, a print of every point leaves out nothing`()
    throws
  {
    defer { clean() }
    let curve = try logged(1, [1, 0, .nan, 2])
    let picture = try plot("--svg --log", [curve]).notes.plain
    #expect(
      picture.contains("1 of 4 values is 0 or less") && picture.contains("! and arrows mark where")
    )
    #expect(try plot("--svg --log", [curve]).svg(size: nil).contains(">!</text>"))
    #expect(try plot("--csv --log", [curve]).notes.isEmpty)
  }

  @Test func `what is sampled is drawn where it is told, and all else from that beginning on`()
    throws
  {
    defer { clean() }
    func extents(_ seconds: [Double], _ folder: String) throws -> [ClosedRange<Double>?] {
      let folder = AttemptFolder(path: scratch + "/" + folder)
      try FileManager.default.createDirectory(
        atPath: folder.path,
        withIntermediateDirectories: true
      )
      var writer = try SeriesWriter(folder: folder.metrics)
      for (place, second) in seconds.enumerated() {
        let time = 1.7e9 + 2 * Double(place + 1)
        writer.append("system/memory", step: second, time: time, value: 9)
      }
      for step in 0..<9 {
        writer.append("loss", step: Double(step), time: 1.7e9 + 3 + Double(step), value: 1)
      }
      try writer.flush()
      var source = CurveSource()
      let series = ["system/memory", "loss"].map { SeriesKey(folder: folder, name: $0) }
      return try source.extents(
        of: CurvesRequest(series: series, axis: .relativeTime, columns: 80)
      )
    }
    #expect(try extents([2, 4, 6], "sampled") == [2...6, 3...11])
    #expect(try extents([], "short") == [nil, 0...8])
    // A script's own metric of that name is no clock.
    #expect(try extents([7000, 9000, 0], "own") == [0...4, 1...9])
  }

  @Test
  func `what a logarithmic axis has no place for is counted while it grows, for every series`()
    throws
  {
    defer { clean() }
    let folder = AttemptFolder(path: scratch + "/grown")
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    var writer = try SeriesWriter(folder: folder.metrics, pointsOfJournal: 150)
    let names = (0..<100).map { "m\($0)" }
    var source = CurveSource()
    let request = CurvesRequest(
      series: names.map { SeriesKey(folder: folder, name: $0) },
      columns: 40,
      floor: 0
    )
    for round in 1...4 {
      for (place, name) in names.enumerated() {
        let step = Double(round)
        writer.append(name, step: step, time: step, value: place % 2 == 0 ? 1 : -step)
        writer.append(name, step: step + 0.5, time: step, value: .nan)
      }
      try writer.flush()
      let counts = try source.curves(request).curves.map(\.unplaced)
      #expect(counts == names.indices.map { $0 % 2 == 0 ? 0 : round })
    }
  }

  @Test(arguments: [
    ("loss", "loss"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""),
    // An accent makes one character of what it stands on, and no other byte.
    ("a,\u{301}b", "\"a,\u{301}b\""), ("a\"\u{301}b", "\"a\"\"\u{301}b\""),
    ("a\r\nb", "\"a\r\nb\""), ("a\nb", "\"a\nb\""), ("é", "é"),
  ])
  func `a field of comma-separated values is one, whatever it holds`(text: String, field: String) {
    #expect(Array(PointText.field(text).utf8) == Array(field.utf8))
  }

  @Test func `a metric that is not there is told with what may have been meant`() {
    let names = ["loss", "learning_rate"]
    #expect(
      LoggedMetric.missing("lerning_rate", of: run(3), step: "train", names: names)
        == Explanation(
          what: "Step train of r3 has no metric 'lerning_rate'.",
          why: "It has learning_rate, loss.",
          next: "Did you mean 'learning_rate'?"
        )
    )
    #expect(LoggedMetric.missing("loss", of: run(3), names: []).why == "It has logged none.")
  }

  @Test func `bars are the last values`() throws {
    defer { clean() }
    let curves = [try logged(1, [5, 1]), try logged(2, [5, 2])]
    let bars = try plot("--bars", curves).bars(size: nil, width: 20, .ascii)
    #expect(
      bars.plain == """
        loss
        r1 ########        1
        r2 ############### 2

        """
    )
  }

  @Test func `a picture in SVG has the curve of a long metric in a few points`() throws {
    defer { clean() }
    let curve = try logged(1, (0..<200_000).map { Double($0 % 1000) })
    let svg = try plot("--svg", [curve]).svg(size: nil)
    #expect(svg.hasPrefix("<?xml") && svg.hasSuffix("</svg>\n"))
    #expect(svg.utf8.count < 400_000)
  }

  @Test(arguments: [
    (0.0, "0"), (-0.0, "-0"), (1.5, "1.5"), (1e17, "1e+17"), (0.1, "0.1"), (.nan, "nan"),
    (-.infinity, "-inf"), (123_456_789, "123456789"),
  ])
  func `a number is printed with every digit and nothing else`(value: Double, text: String) {
    #expect(PointText.plain(value) == text)
    #expect(value.isNaN || Double(PointText.plain(value)) == value)
  }

  @Test(arguments: [
    (0.0, "0.000000"), (1.5, "1.500000"), (1_700_000_000.000001, "1700000000.000001"),
    (-0.25, "-0.250000"), (.nan, "nan"),
  ])
  func `a time is printed to the microsecond`(time: Double, text: String) {
    #expect(PointText.seconds(time) == text)
  }

  @Test(arguments: [0, 1.25, 1_772_373_731.999, -0.5, 1e10])
  func `times in JSON are those of every other document`(time: Double) {
    var clock = ClockText()
    #expect(clock.text(time) == JSON(Date(timeIntervalSince1970: time)).text)
    #expect(clock.text(.nan) == "null")
  }

  @Test func `a long table says what it leaves out and how to get it`() throws {
    let values = (0..<5000).map(Double.init)
    let track = SeriesTrack(SeriesData(steps: values, times: values, values: values))
    let lines = try PointsTable.lines(of: track, name: "my loss", run: "r1", width: 80)
    #expect(lines.count == 1002)
    #expect(
      lines[501].plain
        == "... 4,000 points are left out; lathe metrics r1 'my loss' --csv prints all."
    )
    #expect(lines.last?.plain.contains("4999") ?? false)
    let short = SeriesTrack(SeriesData(steps: [0], times: [0], values: [1]))
    #expect(try PointsTable.lines(of: short, name: "a", run: "r1", width: 80).count == 2)
  }

  @Test(arguments: [
    ("system/memory", AxisUnit.bytes), ("system/cpu", .suffixed("%")),
    ("system/gpu.0.utilization", .suffixed("%")), ("system/gpu.12.memory", .bytes),
    ("system/gpu.0.power", .suffixed("W")), ("system/gpu.1.temperature", .suffixed("C")),
    ("system/gpu.x.power", .number), ("system/gpu.0.clock", .number), ("system/disk", .number),
    ("system/gpu..memory", .number), ("memory", .number), ("my/system/cpu", .number),
  ])
  func `what Lathe samples has a unit and no steps`(name: String, unit: AxisUnit) {
    #expect(SampledMetric.unit(of: name) == unit)
    #expect(CurveAxis.step.fitting(["loss", name]) == (unit == .number ? .step : .relativeTime))
    #expect(CurveAxis.clock.fitting([name]) == .clock)
    #expect(SampledMetric.unit(of: [name, "loss"]) == .number)
    #expect(SampledMetric.unit(of: [name, name]) == unit)
  }

  @Test func `sampled metrics are drawn by the time and in their unit, also beside others`() throws
  {
    defer { clean() }
    let memory = try logged(
      1,
      [1, 2, 3].map { $0 * 1_073_741_824 },
      name: "system/memory",
      times: [1e9, 1e9 + 60, 1e9 + 120]
    )
    let size = Size(width: 70, height: 12)
    let text = try plot("", [memory]).lines(size: size, .ascii).plain
    #expect(text.contains("2.0GiB+") && text.contains(" 3 GiB") && text.contains("time"), "\(text)")
    #expect(text.contains("1m"))
    let loss = try logged(1, [3, 2, 1], times: [1e9, 1e9 + 60, 1e9 + 120])
    let both = try plot("", [loss, memory]).lines(size: size, .ascii).plain
    #expect(
      both.contains("time") && both.contains("system/memory 3 GiB") && both.contains("loss 1")
    )
    #expect(try plot("--x step", [memory]).lines(size: size, .ascii).plain.contains("step"))
    #expect(try plot("", [loss]).lines(size: size, .ascii).plain.contains("step"))
    #expect(try plot("--bars", [memory]).bars(size: nil, width: 40, .ascii).plain.contains("3 GiB"))
    #expect(try plot("--svg", [memory]).svg(size: nil).contains("GiB"))
  }

  @Test func `what a step logs is told while it executes, and judged as its run will be`() throws {
    var record = run(7, .executing)
    record.mainMetric = "reward"
    record.mainGoal = .min
    let track = SeriesTrack(SeriesData(steps: [1, 2, 3], times: [1, 2, 3], values: [5, 2, 4]))
    let summary = try #require(track.summary)
    func live(_ name: String) -> MetricSummary {
      MetricSummary(summary, of: name, in: step("train", .executing), of: record)
    }
    let main = live("reward")
    #expect(main.isMain && main.goal == .min && main.best.value == 2 && main.last == 4)
    #expect(main.run == 7 && main.step == "train" && main.count == 3)
    #expect(live("accuracy").best.value == 5 && !live("accuracy").isMain)
    #expect(live("zeta").goal == nil)
  }

  @Test func `tables tell sampled metrics in their unit, by the time`() throws {
    var summary = metric("system/cpu", best: 12.5, last: 97.5)
    summary.goal = nil
    #expect(
      MetricTable.lines([MetricRow(summary)], width: nil).plain
        == """
        metric      step    last  min         max     points
        system/cpu  train  97.5%  12.5% @25s  2% @1s      40

        """
    )
    let data = SeriesData(steps: [2.1], times: [0], values: [4096])
    let lines = try PointsTable.lines(
      of: SeriesTrack(data),
      name: "system/memory",
      run: "r1",
      unit: .bytes,
      width: 80
    ).map(\.plain)
    #expect(lines[0].hasPrefix("seconds  time") && lines[0].contains("system/memory (bytes)"))
    #expect(lines[1].contains("2.1 ") && lines[1].contains("4096"))
  }

  @Test func `a tab in a name does not move the columns of the table`() {
    let row = MetricRow(metric("a\tb", best: 0.1, last: 1))
    #expect(
      MetricTable.lines([row], width: nil).plain
        == """
        metric     step   last  min      max   points
        a       b  train     1  0.1 @25  2 @1      40

        """
    )
  }

  @Test func `the table of metrics tells extremes with their steps and what is not finite`() {
    var row = MetricRow(metric("val_loss", best: 0.288, last: 0.291))
    row.finiteCount = 38
    row.sparkline = [2, 1, 0]
    #expect(
      MetricTable.lines([row, MetricRow(metric("acc", best: 0.1, last: 1))], width: nil).plain
        == """
        metric    step    last  min        max   points  not finite  curve
        val_loss  train  0.291  0.288 @25  2 @1      40           2  █▅▁
        acc       train      1  0.1 @25    2 @1      40

        """
    )
  }
}
