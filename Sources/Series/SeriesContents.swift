/// What the frames of an index and of the journal after it add up to.
struct SeriesContents: Sendable {
  private(set) var names: [String] = []
  private(set) var ids: [String: Int] = [:]
  private(set) var tracks: [SeriesTrack] = []
  /// How far each source was taken in.
  private(set) var sources: [String: Int] = [:]
  /// The last journal whose points are in blocks.
  private(set) var sealed = -1
  /// Where the last block ends.
  private(set) var blocksEnd = 0
  /// Points of all series.
  private(set) var count = 0
  private(set) var countOfJournal = 0
  /// The least finite time of all points.
  private(set) var earliestTime: Double?

  private let blocks: BlockSource
  /// Kept between frames to be filled again.
  private var scratch = SeriesData()

  init(folder: String) { blocks = BlockSource(SeriesFormat.blocks(in: folder)) }

  /// Takes in a frame of the journal.
  mutating func take(journal payload: UnsafeRawBufferPointer) throws(FrameFile.Malformed) {
    var cursor = ByteCursor(payload)
    while !cursor.isAtEnd {
      switch try cursor.byte() {
      case SeriesFormat.defineTag: try define(&cursor)
      case SeriesFormat.pointsTag: try points(&cursor)
      case SeriesFormat.sourceTag: try source(&cursor)
      default: throw FrameFile.Malformed()
      }
    }
  }

  /// Takes in a frame of the index: the journal's points are in its blocks.
  mutating func take(index payload: UnsafeRawBufferPointer) throws(FrameFile.Malformed) {
    dropJournal()
    var cursor = ByteCursor(payload)
    while true {
      switch try cursor.byte() {
      case SeriesFormat.defineTag: try define(&cursor)
      case SeriesFormat.sourceTag: try source(&cursor)
      case SeriesFormat.blocksTag:
        try blocks(&cursor)
        blocks.extend(to: blocksEnd)
      case SeriesFormat.sealedTag:
        let generation = try cursor.count(atMost: Int(Int32.max))
        guard generation > sealed, cursor.isAtEnd else { throw FrameFile.Malformed() }
        sealed = generation
        return
      default: throw FrameFile.Malformed()
      }
    }
  }

  private mutating func dropJournal() {
    for id in tracks.indices where !tracks[id].tail.isEmpty { tracks[id].tail = [] }
    count -= countOfJournal
    countOfJournal = 0
  }

  private mutating func define(_ cursor: inout ByteCursor) throws(FrameFile.Malformed) {
    let id = try cursor.count(atMost: SeriesFormat.mostNames - 1)
    let name = try cursor.text(atMost: SeriesFormat.longestName)
    // The index repeats the names of its journal.
    if id < names.count, names[id] == name { return }
    guard id == names.count, ids[name] == nil else { throw FrameFile.Malformed() }
    names.append(name)
    ids[name] = id
    tracks.append(SeriesTrack(blocks: blocks))
  }

  private mutating func points(_ cursor: inout ByteCursor) throws(FrameFile.Malformed) {
    let id = try cursor.count(atMost: SeriesFormat.mostNames)
    let count = try cursor.count(atMost: cursor.left / SeriesFormat.shortestPoint)
    let columns = try cursor.byte()
    guard id < names.count, columns < 4,
      count <= SeriesFormat.mostPointsOfJournal - countOfJournal
    else { throw FrameFile.Malformed() }
    scratch.removeAll(keepingCapacity: count <= SeriesFormat.mostPointsOfBlock)
    let wholeSteps = columns & SeriesFormat.wholeSteps != 0
    let microseconds = columns & SeriesFormat.microseconds != 0
    try cursor.column(count, scale: wholeSteps ? 1 : nil, into: &scratch.steps)
    let scale = microseconds ? SeriesFormat.microsecond : nil
    try cursor.column(count, scale: scale, into: &scratch.times)
    try cursor.column(count, scale: nil, into: &scratch.values)
    for time in scratch.times where time < earliestTime ?? .infinity && time.isFinite {
      earliestTime = time
    }
    tracks[id].append(scratch)
    self.count += count
    countOfJournal += count
  }

  private mutating func source(_ cursor: inout ByteCursor) throws(FrameFile.Malformed) {
    let name = try cursor.text(atMost: SeriesFormat.longestSource)
    let offset = try cursor.count(atMost: Int.max)
    guard sources[name] != nil || sources.count < SeriesFormat.mostSources else {
      throw FrameFile.Malformed()
    }
    sources[name] = offset
  }

  private mutating func blocks(_ cursor: inout ByteCursor) throws(FrameFile.Malformed) {
    let count = try cursor.count(atMost: cursor.left / SealedBlock.entryLength)
    for _ in 0..<count {
      let entry = try cursor.take(SealedBlock.entryLength)
      let id = Int(entry.little(UInt32.self, at: 0))
      guard id < tracks.count,
        let block = SealedBlock(entry, start: tracks[id].count), block.offset == blocksEnd
      else { throw FrameFile.Malformed() }
      if let least = block.node.times.range?.lowerBound {
        earliestTime = min(earliestTime ?? least, least)
      }
      tracks[id].append(block)
      blocksEnd += block.coding.length
      self.count += block.node.count
    }
  }
}
