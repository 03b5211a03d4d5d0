import Series
import Store

/// Where every point of an attempt passes, whichever way it came in: the one writer of its series.
struct MetricSink: ~Copyable {
  /// Told of each point; at most one, set before the first point.
  var observer: (any PointObserver)?
  /// Parameters, summaries and artifacts that were logged.
  var facts: FactBook
  /// When what is being read has arrived: the time of points that tell none, in seconds since 1970.
  var now = 0.0
  /// Points taken since this was made.
  private(set) var points = 0
  /// Values that no series could be made for.
  private(set) var refused = 0
  private var warnings: [String] = []
  private var writer: SeriesWriter
  private var table = NameTable()
  /// How many names the observer knows.
  private var told = 0
  /// Points since the last `flush`.
  private var unwritten = 0
  private var warned: Set<String> = []

  /// Points after which a batch is written at the latest.
  private static let batch = 1 << 14
  private static let mostWarnings = 100

  /// With `isNew`, the series' folder is made when there is something to write, or by `open`.
  init(folder: AttemptFolder, isNew: Bool = false) throws {
    let book = FactBook(path: folder.facts)
    writer = try SeriesWriter(folder: folder.metrics, isLazy: isNew)
    facts = book
    told = writer.names.count
    for (id, name) in writer.names.enumerated() {
      Array(name.utf8).withUnsafeBufferPointer { table.add($0, id: id) }
    }
  }

  /// Makes the series' folder, so that readers have something to wait at.
  mutating func open() throws { try writer.open() }

  /// In the order of their first point.
  var names: [String] { writer.names }

  // MARK: Points

  /// The number of a name; nil for one that cannot be kept.
  mutating func id(of name: UnsafeBufferPointer<UInt8>) -> Int? {
    if let id = table.id(of: name) { return id }
    guard !name.isEmpty, name.count <= MetricRow.longestName,
      let id = writer.id(of: String(decoding: name, as: UTF8.self))
    else {
      refuse(1)
      return nil
    }
    table.add(name, id: id)
    while told < writer.names.count {
      observer?.define(told, name: writer.names[told])
      told += 1
    }
    return id
  }

  mutating func id(of name: String) -> Int? {
    var name = name
    return name.withUTF8 { id(of: $0) }
  }

  func count(of id: Int) -> Int { writer.count(of: id) }

  /// Takes one point; every one of an attempt comes by here.
  mutating func take(_ id: Int, step: Double, time: Double, value: Double) {
    observer?.observe(id, step: step, time: time, value: value)
    writer.append(id, step: step, time: time, value: value)
    points &+= 1
    unwritten &+= 1
  }

  /// Takes the values of a line; x is its step, else the count of each metric's points so far.
  mutating func take(_ row: borrowing MetricRow) {
    let time = row.time ?? now
    row.names.withUnsafeBufferPointer { names in
      for field in row.fields {
        let name = UnsafeBufferPointer(rebasing: names[field.start..<field.start + field.count])
        guard let id = id(of: name) else { continue }
        take(id, step: row.step ?? Double(writer.count(of: id)), time: time, value: field.value)
      }
    }
    refuse(row.refused)
  }

  /// Takes a fact as the Python module writes it.
  mutating func take(fact json: UnsafeBufferPointer<UInt8>) {
    let before = facts.refused
    guard facts.take(json) else {
      return warn("fact", "A parameter, summary or artifact could not be read and is left out.")
    }
    if facts.refused > before { warnOfFacts() }
  }

  mutating func take(parameter name: String, _ value: String) {
    let before = facts.refused
    facts.set(param: name, value)
    if facts.refused > before { warnOfFacts() }
  }

  private mutating func warnOfFacts() {
    warn(
      "facts",
      "Some parameters, summaries or artifacts are not kept: a step has up to 1,000 of each, with names to 256 bytes, values to 4,096 and 256 KiB in all."
    )
  }

  /// Counts values that no series could be made for.
  mutating func refuse(_ count: Int) {
    guard count > 0 else { return }
    refused += count
    warn(
      "name",
      "Some metrics are not kept: a name has 1 to 256 bytes, and a step up to 10,000 of them."
    )
  }

  // MARK: Where the sources stand

  /// How far a source was taken in, by this runner or by one before it.
  func offset(of source: String) -> Int { writer.offset(of: source) }

  /// Says how far a source has been taken in; written together with the points that came of it.
  mutating func note(_ source: String, _ offset: Int) {
    writer.note(source: source, offset: offset)
  }

  /// Whether enough was taken to be written before more is.
  var isFull: Bool { unwritten >= MetricSink.batch }

  /// Writes what was taken; facts first, as their source is not read a second time.
  mutating func flush() throws {
    try facts.flush()
    try writer.flush()
    unwritten = 0
  }

  /// Writes what was taken and noted, however little that is.
  mutating func commit() throws {
    try facts.flush()
    try writer.commit()
    unwritten = 0
  }

  /// How far a source is written: what is before that is never asked for again.
  func committed(of source: String) -> Int { writer.committed(of: source) }

  /// Writes what was taken, and waits until the disk has it.
  mutating func sync() throws {
    try flush()
    try facts.sync()
    try writer.sync()
  }

  /// Writes and seals the series, and waits until the disk has them.
  mutating func seal() throws {
    try facts.flush()
    try facts.sync()
    try writer.seal()
    try writer.sync()
  }

  // MARK: What the user is told

  /// Keeps one sentence for the log; each kind is told once.
  mutating func warn(_ kind: String, _ sentence: @autoclosure () -> String) {
    guard warned.count < MetricSink.mostWarnings, warned.insert(kind).inserted else { return }
    warnings.append(sentence())
  }

  mutating func takeWarnings() -> [String] {
    guard !warnings.isEmpty else { return [] }
    defer { warnings = [] }
    return warnings
  }

  // MARK: At the end

  func summary(of id: Int) -> SeriesSummary? { writer.summary(of: id) }
  func sparkline(of id: Int, _ buckets: Int) -> [Double] { writer.sparkline(of: id, buckets) }
}
