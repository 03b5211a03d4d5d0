internal import Glibc

/// Appends points to the metrics of one attempt, as their only writer.
///
/// `SeriesFormat` describes the files. Values, steps and times are kept bit for bit: NaN,
/// infinities, steps that repeat or go backwards.
package struct SeriesWriter: ~Copyable {
  /// Points not kept: of a name that is empty, over 256 bytes or the 10,001st, or beyond what may
  /// wait while the disk refuses it.
  package private(set) var dropped = 0
  /// In the order of their definition, with those of the batch.
  package private(set) var names: [String]

  /// One series: what is sealed is known in sum, the rest is here.
  struct Open {
    var sealed: SeriesNode
    var shares: SparklineShares
    /// The points of the journal, then those of the batch.
    var tail: [TailBlock]
    /// All points, and how many of them stand in the files.
    var count: Int
    var written: Int

    mutating func append(step: Double, time: Double, value: Double) {
      if tail.isEmpty || tail[tail.count - 1].isFull { tail.append(TailBlock(start: count)) }
      tail[tail.count - 1].append(step: step, time: time, value: value)
      count += 1
    }
  }

  var files: SeriesFiles
  var series: [Open]
  /// Points of the journal, and of the batch.
  var journaled: Int
  var pending = 0
  /// How many of the names stand in the journal, or in the index.
  var defined: Int
  var indexed: Int
  /// Sources whose progress the index does not have yet.
  var sourcesOfJournal: Set<String>
  /// Points of a journal that is to be sealed; put off when sealing has failed.
  var sealsAt = 0

  private var ids: [String: Int]
  private var sources: [String: (noted: Int, written: Int)] = [:]
  /// Sources that were noted since the last frame.
  private var noted: Set<String> = []
  /// Series with points in the batch, in the order of the first of these.
  private var touched: [Int] = []
  /// Bytes of a frame that the disk has not taken yet.
  private var unwritten: [UInt8] = []
  private let pointsOfJournal: Int

  /// Makes the folder, or goes on with it: what a writer that was killed left unfinished is cut off.
  ///
  /// Throws a `SeriesError`: `.busy` where another writer has it open, `.damaged` where a file was
  /// changed by something else. A journal is sealed when it holds `pointsOfJournal` points; fewer
  /// than usual are for tests. With `isLazy`, a folder that is not there is made by the first write, or
  /// by `open`; another writer that came before is noticed then.
  package init(folder: String, isLazy: Bool = false, pointsOfJournal: Int = 1 << 18) throws {
    var files = try SeriesFiles(folder: folder, isLazy: isLazy)
    var reader = SeriesReader(folder: folder)
    if !files.isNew {
      _ = try reader.refresh()
      try files.begin(after: reader)
    }
    let contents = reader.contents
    self.files = files
    self.pointsOfJournal = pointsOfJournal
    names = contents.names
    ids = contents.ids
    defined = names.count
    // Said twice does no harm.
    indexed = 0
    sourcesOfJournal = Set(contents.sources.keys)
    for (source, offset) in contents.sources { sources[source] = (offset, offset) }
    journaled = contents.countOfJournal
    series = contents.tracks.map { track in
      var shares = SparklineShares()
      var sealed = SeriesNode(start: 0)
      for block in track.sealed {
        shares.add(block.node)
        sealed.add(block.node)
      }
      for block in track.tail { shares.add(block.data.values[...]) }
      return Open(
        sealed: sealed,
        shares: shares,
        tail: track.tail,
        count: track.count,
        written: track.count
      )
    }
  }

  /// Makes the folder, if it is not there yet.
  package mutating func open() throws { try files.open() }

  /// The number of a name, which is defined if it is new; nil for a name that is refused.
  package mutating func id(of name: String) -> Int? {
    if let id = ids[name] { return id }
    guard !name.isEmpty, name.utf8.count <= SeriesFormat.longestName,
      names.count < SeriesFormat.mostNames
    else {
      dropped += 1
      return nil
    }
    let id = names.count
    names.append(name)
    ids[name] = id
    series.append(
      Open(
        sealed: SeriesNode(start: 0),
        shares: SparklineShares(),
        tail: [],
        count: 0,
        written: 0
      )
    )
    return id
  }

  /// The number of a series' points, in the files and in the batch: what x is where no step is given.
  package func count(of name: String) -> Int { ids[name].map { series[$0].count } ?? 0 }
  package func count(of id: Int) -> Int { series[id].count }

  /// Adds a point to the batch; nothing is written before `flush`.
  package mutating func append(_ name: String, step: Double, time: Double, value: Double) {
    if let id = id(of: name) { append(id, step: step, time: time, value: value) }
  }

  /// The same for a name's number.
  package mutating func append(_ id: Int, step: Double, time: Double, value: Double) {
    guard pending < SeriesFormat.mostPointsOfBatch,
      journaled + pending < SeriesFormat.mostPointsOfJournal
    else {
      dropped += 1
      return
    }
    if series[id].written == series[id].count { touched.append(id) }
    series[id].append(step: step, time: time, value: value)
    pending += 1
  }

  /// What all points of a series add up to, those of the batch among them; nothing is read.
  package func summary(of id: Int) -> SeriesSummary? {
    var node = series[id].sealed
    for block in series[id].tail { node.add(block.node) }
    return SeriesSummary(node)
  }

  /// As `SeriesData.sparkline`, of what was flushed; of many points, 64 to 128 means are known.
  package func sparkline(of id: Int, _ buckets: Int) -> [Double] {
    series[id].shares.line(buckets)
  }

  /// Says that a source of points has been taken in up to `offset`.
  ///
  /// It is written in the same frame as the points of the batch, so that after a kill each point of
  /// the source is there once. Progress without points is written at times only, and by `commit`.
  /// Names over 512 bytes and a 4,097th source are not kept.
  package mutating func note(source: String, offset: Int) {
    guard !source.isEmpty, source.utf8.count <= SeriesFormat.longestSource, offset >= 0,
      sources[source] != nil || sources.count < SeriesFormat.mostSources
    else { return }
    sources[source, default: (0, 0)].noted = offset
    noted.insert(source)
  }

  /// How far a source was noted; 0 for one that never was.
  package func offset(of source: String) -> Int { sources[source]?.noted ?? 0 }

  /// How far a source stands in the files: what is before it is never asked for again.
  package func committed(of source: String) -> Int { sources[source]?.written ?? 0 }

  /// Writes the batch with one `write`; what has returned survives the death of this process.
  ///
  /// A journal that is full is sealed as well, about 10 ms for each 262,144 points on a usual disk.
  /// Throws a `SeriesError` when the disk does not take all, or when sealing fails; nothing is lost
  /// then, and the next `flush` goes on where this one stopped.
  package mutating func flush() throws {
    try writeRest()
    let progress = noted.reduce(0) { sum, source in
      sum + (sources[source].map { abs($0.noted - $0.written) } ?? 0)
    }
    if pending > 0 || progress >= SeriesFormat.progressOfFrame { try writeBatch() }
    // So that a block of many series has 256 points in the mean.
    let most = max(pointsOfJournal, names.count * pointsOfJournal / 1024)
    if journaled >= max(most, sealsAt) { try rotate() }
  }

  /// As `flush`, and writes progress without points as well, however little it is.
  package mutating func commit() throws {
    try flush()
    if !noted.isEmpty { try writeBatch() }
  }

  /// Waits until the disk has what was flushed; for file systems whose host may vanish.
  package mutating func sync() throws { try files.sync() }

  /// Writes all, and seals a journal that is not small: the attempt has ended.
  package mutating func seal() throws {
    try commit()
    if journaled >= pointsOfJournal / 4 { try rotate() }
  }

  private mutating func writeBatch() throws {
    SeriesFormat.encode(frame: batch(), into: &unwritten)
    try writeRest()
  }

  private mutating func writeRest() throws {
    guard !unwritten.isEmpty else { return }
    unwritten.removeFirst(try files.append(unwritten))
    guard unwritten.isEmpty else {
      throw SeriesError.partlyWritten(path: files.journalPath, left: unwritten.count)
    }
  }

  /// What came since the last frame, as a payload.
  private mutating func batch() -> [UInt8] {
    var payload: [UInt8] = []
    for id in defined..<names.count {
      SeriesFormat.encode(define: id, name: names[id], into: &payload)
    }
    defined = names.count
    for id in touched {
      for block in series[id].tail where block.node.range.upperBound > series[id].written {
        let start = max(0, series[id].written - block.node.start)
        let range = start..<block.node.count
        SeriesFormat.encode(points: block.data, range, of: id, into: &payload)
        series[id].shares.add(block.data.values[range])
      }
      series[id].written = series[id].count
    }
    touched.removeAll(keepingCapacity: true)
    journaled += pending
    pending = 0
    for source in noted {
      let offset = offset(of: source)
      SeriesFormat.encode(source: source, offset: offset, into: &payload)
      sources[source] = (offset, offset)
    }
    sourcesOfJournal.formUnion(noted)
    noted.removeAll(keepingCapacity: true)
    return payload
  }
}
