internal import Glibc

/// Appends points to the metrics file of one attempt, as its only writer.
///
/// `SeriesFormat` describes the file. Values, steps and times are kept bit for bit: NaN,
/// infinities, steps that repeat or go backwards.
package struct SeriesWriter: ~Copyable {
  /// Points not kept: of a name that is empty, over 256 bytes or the 10,001st, or beyond what a
  /// batch may hold while the disk refuses it.
  package private(set) var dropped = 0
  /// In the order of their first point, with those of the batch.
  package private(set) var names: [String]

  private let path: String
  private let file: Int32
  private var ids: [String: Int] = [:]
  private var tracks: [SeriesTrack]
  private var offsets: [String: Int] = [:]
  private var counts: [Int]
  /// How many of the names stand in the file.
  private var defined: Int
  private var batch: [SeriesData]
  /// Series with points in the batch, in the order of the first of these.
  private var touched: [Int] = []
  private var pending = 0
  /// Bytes of a batch that the disk has not taken yet.
  private var unwritten: [UInt8] = []

  private static let mostPending = 1_000_000
  private static let mostUnwritten = 64 << 20

  /// Opens or makes the file; a torn last record, left by a writer that was killed, is cut off.
  ///
  /// Throws a `SeriesError`: `.busy` where another writer has it open, `.damaged` where the file
  /// was changed by something else.
  package init(folder: String) throws {
    mkdir(folder, 0o700)
    let path = folder + "/journal-0"
    let file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw SeriesError.system(call: "open", path: path, number: errno)
    }
    var reader = SeriesReader(path: path, keepsPoints: true)
    do {
      // A file system without locks is written all the same: an attempt is claimed once.
      if flock(file, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
        throw SeriesError.busy(path: path)
      }
      _ = try reader.read(file)
      let isTorn = lseek(file, 0, SEEK_END) > off_t(reader.end)
      guard !isTorn || ftruncate(file, off_t(reader.end)) == 0 else {
        throw SeriesError.system(call: "ftruncate", path: path, number: errno)
      }
    } catch {
      close(file)
      throw error
    }
    self.path = path
    self.file = file
    names = reader.names
    counts = reader.counts
    tracks = reader.names.map { reader[$0] ?? SeriesTrack() }
    defined = reader.names.count
    batch = Array(repeating: SeriesData(), count: reader.names.count)
    for (id, name) in reader.names.enumerated() { ids[name] = id }
  }

  deinit { close(file) }

  /// The number of a series' points, in the file and in the batch: what x is where no step is given.
  package func count(of name: String) -> Int {
    ids[name].map { counts[$0] } ?? 0
  }

  package func count(of id: Int) -> Int { counts[id] }

  /// The number of a name, which is defined if it is new; nil for a name that is refused.
  package mutating func id(of name: String) -> Int? {
    guard let id = ids[name] ?? define(name) else {
      dropped += 1
      return nil
    }
    return id
  }

  /// What all points of a series add up to, those of the batch among them.
  package func summary(of id: Int) -> SeriesSummary? { tracks[id].summary }

  /// As `SeriesData.sparkline`.
  package func sparkline(of id: Int, _ buckets: Int) -> [Double] {
    ((try? tracks[id].allPoints()) ?? SeriesData()).sparkline(buckets)
  }

  /// Says that a source of points has been taken in up to `offset`; written with the next batch.
  package mutating func note(source: String, offset: Int) { offsets[source] = offset }

  /// How far a source has been taken in.
  package func offset(of source: String) -> Int { offsets[source] ?? 0 }

  /// Adds a point to the batch; nothing is written before `flush`.
  package mutating func append(_ name: String, step: Double, time: Double, value: Double) {
    if let id = id(of: name) { append(id, step: step, time: time, value: value) }
  }

  /// The same for a name's number.
  package mutating func append(_ id: Int, step: Double, time: Double, value: Double) {
    guard pending < Self.mostPending, unwritten.count < Self.mostUnwritten else {
      dropped += 1
      return
    }
    tracks[id].append(step: step, time: time, value: value)
    if batch[id].count == 0 { touched.append(id) }
    batch[id].steps.append(step)
    batch[id].times.append(time)
    batch[id].values.append(value)
    counts[id] += 1
    pending += 1
  }

  /// Writes the batch with one `write`; what has returned survives the death of this process.
  ///
  /// Throws a `SeriesError` when the disk does not take all; nothing is lost then, and the next
  /// `flush` goes on where this one stopped.
  package mutating func flush() throws {
    encodeBatch()
    guard !unwritten.isEmpty else { return }
    var written = 0
    repeat {
      written = unwritten.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    } while written < 0 && errno == EINTR
    guard written >= 0 else {
      throw SeriesError.system(call: "write", path: path, number: errno)
    }
    unwritten.removeFirst(written)
    guard unwritten.isEmpty else {
      throw SeriesError.partlyWritten(path: path, left: unwritten.count)
    }
  }

  /// Waits until the disk has what was flushed; for file systems whose host may vanish.
  package func sync() throws {
    guard fdatasync(file) == 0 else {
      throw SeriesError.system(call: "fdatasync", path: path, number: errno)
    }
  }

  /// Ends the attempt: what is better sealed is sealed.
  package mutating func seal() throws { try flush() }

  private mutating func define(_ name: String) -> Int? {
    guard !name.isEmpty, name.utf8.count <= SeriesFormat.longestName,
      names.count < SeriesFormat.mostNames
    else { return nil }
    names.append(name)
    counts.append(0)
    tracks.append(SeriesTrack())
    batch.append(SeriesData())
    ids[name] = names.count - 1
    return names.count - 1
  }

  private mutating func encodeBatch() {
    guard pending > 0 else { return }
    var payload: [UInt8] = []
    // A new series has points in this batch, and names come in the order of their ids.
    while defined < names.count {
      SeriesFormat.encode(define: defined, name: names[defined], into: &payload)
      defined += 1
      closeFrame(&payload)
    }
    for id in touched {
      let data = batch[id]
      var start = 0
      while start < data.count {
        let end = min(data.count, start + SeriesFormat.mostPointsOfEntry)
        SeriesFormat.encode(points: data, start..<end, of: id, into: &payload)
        closeFrame(&payload)
        start = end
      }
      batch[id] = SeriesData()
    }
    if !payload.isEmpty { SeriesFormat.encode(frame: payload, into: &unwritten) }
    touched.removeAll(keepingCapacity: true)
    pending = 0
  }

  /// Ends a frame while the longest entry would still have fitted into it.
  private mutating func closeFrame(_ payload: inout [UInt8]) {
    guard payload.count > SeriesFormat.longestPayload / 2 else { return }
    SeriesFormat.encode(frame: payload, into: &unwritten)
    payload.removeAll(keepingCapacity: true)
  }
}
