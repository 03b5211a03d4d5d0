/// The points of one block with their steps or their times, each read in constant time.
///
/// What is needed of the file is read at the first time that it is needed; hence `mutating`. Only
/// reads of a whole block verify its checksum, see `BlockFile`.
struct BlockPoints {
  let start: Int
  let count: Int
  /// Nil for a block in memory, of which all points are in the arrays.
  private let file: BlockFile?
  private let offset: Int
  /// What is kept of the series' blocks, and which of them this is.
  private let table: SpanView?
  private let tableUse: SpanTableUse?
  private let index: Int
  private let column: Column
  private var xs: BlockPart
  private var spans: BlockPart
  private var values: BlockPart
  private let tail: Tail

  private struct Tail {
    var xs: [Double] = []
    var values: [Double] = []
    var spans: [SeriesSpan] = []
  }

  init(_ block: TailBlock, by axis: SeriesAxis) {
    (start, count) = (block.node.start, block.node.count)
    (file, offset, column) = (nil, 0, Column())
    (table, tableUse, index) = (nil, nil, 0)
    (xs, spans, values) = (.all(count), .all(block.spans.count), .all(count))
    tail = Tail(
      xs: axis == .step ? block.data.steps : block.data.times,
      values: block.data.values,
      spans: block.spans
    )
  }

  init(
    _ block: SealedBlock,
    at index: Int,
    _ file: BlockFile,
    _ table: SpanTableUse?,
    by axis: SeriesAxis
  ) {
    (start, count) = (block.node.start, block.node.count)
    (self.table, tableUse, self.index) = (table?.view, table, index)
    (self.file, offset, tail) = (file, block.offset, Tail())
    let x = block.column(axis)
    column = x.column
    xs = BlockPart(start: x.start, width: Int(column.coding.width), total: count, piece: 128)
    // Numbers of one distance have no bytes.
    if xs.width == 0 { xs.count = count }
    let width = Int(block.valueWidth)
    let size = SeriesFormat.pointsOfSpan
    let spanCount = (count + size - 1) / size
    spans = BlockPart(
      start: block.spansStart,
      width: 2 * width,
      total: spanCount,
      piece: spanCount
    )
    values = BlockPart(
      start: spans.start + spans.width * spanCount,
      width: width,
      total: count,
      piece: size
    )
  }

  /// The places of its points in the series.
  var range: Range<Int> { start..<start + count }

  /// The points of a span, as places in this block; the last one may be shorter than 64.
  @inline(__always)
  func points(ofSpan span: Int) -> Range<Int> {
    let start = span * SeriesFormat.pointsOfSpan
    return start..<min(count, start + SeriesFormat.pointsOfSpan)
  }

  /// The least and the greatest value of a span.
  @inline(__always)
  mutating func span(_ index: Int) throws -> SeriesSpan {
    if index < tail.spans.count { return tail.spans[index] }
    if !spans.has(index) { try loadSpans() }
    return withSpans { SeriesSpan(min: $0(2 * index), max: $0(2 * index + 1)) }
  }

  /// The step or time of a point by its place in this block.
  @inline(__always)
  mutating func x(at index: Int) throws -> Double {
    if index < tail.xs.count { return tail.xs[index] }
    if !xs.has(index) { try xs.load(index, of: file, at: offset) }
    return column.number(at: index - xs.first, in: xs.bytes)
  }

  @inline(__always)
  mutating func value(at index: Int) throws -> Double {
    if index < tail.values.count { return tail.values[index] }
    if !values.has(index) { try values.load(index, of: file, at: offset) }
    return BlockCoding.value(at: index - values.first, width: values.width, in: values.bytes)
  }

  @inline(never)
  private mutating func loadSpans() throws {
    guard let file else { return }
    let length = spans.width * spans.total
    if let known = table?.spans(ofBlock: index) {
      return spans.take(UnsafeRawBufferPointer(start: known, count: length))
    }
    // Of a long file the table alone keeps them.
    try spans.load(0..<spans.total, of: file, at: offset, kept: file.isWhole)
    table?.take(spans.bytes, ofBlock: index)
  }

  /// Gets all steps or times at once, for those who look at each of them.
  mutating func loadAllX() throws {
    if xs.count < count, let file { try xs.load(0..<count, of: file, at: offset) }
  }

  /// The values of some points, by their places in this block.
  mutating func values(_ range: Range<Int>) throws -> ArraySlice<Double> {
    guard let file else { return tail.values[range] }
    if range.isEmpty { return [] }
    try values.load(range, of: file, at: offset)
    var numbers: [Double] = []
    withValues { value in numbers.fill(range.count) { value(range.lowerBound + $0) } }
    return numbers[...]
  }

  /// The least and greatest of some values and in which groups they lie, each a span or a part of one.
  ///
  /// Nil when one of them is not above the floor, or not finite.
  mutating func extremes(of range: Range<Int>, above floor: Double) throws -> CurveExtremes? {
    let size = SeriesFormat.pointsOfSpan
    // Whole spans as far as there are any; the last one of the block may be short.
    let firstSpan = (range.lowerBound + size - 1) / size
    let endSpan = range.upperBound == count ? spans.total : range.upperBound / size
    let head = range.lowerBound..<min(range.upperBound, firstSpan * size)
    let tail = min(range.upperBound, max(firstSpan, endSpan) * size)..<range.upperBound
    var extremes = CurveExtremes()
    if firstSpan < endSpan {
      if !spans.has(firstSpan) { try loadSpans() }
      guard add(spans: firstSpan..<endSpan, to: &extremes, above: floor) else { return nil }
    }
    // What a span has no values beyond is not looked at.
    if !tail.isEmpty, try !isInside(tail, extremes, above: floor) {
      guard try add(tail, to: &extremes, above: floor) else { return nil }
    }
    if !head.isEmpty, try !isInside(head, extremes, above: floor) {
      var first = CurveExtremes()
      guard try add(head, to: &first, above: floor) else { return nil }
      first.add(extremes)
      extremes = first
    }
    return extremes
  }

  /// Whether all values of a part's span can be drawn and lie between the extremes.
  private mutating func isInside(
    _ part: Range<Int>,
    _ extremes: CurveExtremes,
    above floor: Double
  ) throws -> Bool {
    guard extremes.min < extremes.max else { return false }
    let span = try span(part.lowerBound / SeriesFormat.pointsOfSpan)
    return span.min > floor && span.min > extremes.min && span.max < extremes.max
  }

  private func add(
    spans range: Range<Int>,
    to extremes: inout CurveExtremes,
    above floor: Double
  ) -> Bool {
    withSpans { end in
      var (least, greatest) = (extremes.min, extremes.max)
      var (leastSpan, greatestSpan) = (-1, -1)
      for span in range {
        let (low, high) = (end(2 * span), end(2 * span + 1))
        // Not so for NaN.
        guard low > floor else { return false }
        if low < least { (least, leastSpan) = (low, span) }
        if high > greatest { (greatest, greatestSpan) = (high, span) }
      }
      let first = start
      if leastSpan >= 0 {
        extremes.add(least) { CurvePlace(group: first + leastSpan * SeriesFormat.pointsOfSpan) }
      }
      if greatestSpan >= 0 {
        extremes.add(greatest) {
          CurvePlace(group: first + greatestSpan * SeriesFormat.pointsOfSpan)
        }
      }
      return true
    }
  }

  /// Adds values of one span.
  private mutating func add(
    _ range: Range<Int>,
    to extremes: inout CurveExtremes,
    above floor: Double
  ) throws -> Bool {
    if !values.has(range.lowerBound) { try values.load(range.lowerBound, of: file, at: offset) }
    return withValues { value in
      var (least, greatest) = (Double.infinity, -Double.infinity)
      for index in range {
        let y = value(index)
        guard y > floor, y < .infinity else { return false }
        least = y < least ? y : least
        greatest = y > greatest ? y : greatest
      }
      extremes.add(least, greatest, in: CurvePlace(group: start + range.lowerBound))
      return true
    }
  }

  /// The first point with a value in a place of this block.
  mutating func find(_ value: Double, in place: CurvePlace) throws -> CurvePoint {
    let from = place.place - start
    let at = try place.level > 0 ? first(value, from: from) : from
    return CurvePoint(place: start + at, x: try x(at: at), y: value)
  }

  /// The first point that has a value, from a place to the end of its span; that end without one.
  private mutating func first(_ sought: Double, from place: Int) throws -> Int {
    let span = place / SeriesFormat.pointsOfSpan
    guard let table, place.isMultiple(of: SeriesFormat.pointsOfSpan) else {
      return try searched(sought, from: place)
    }
    let ends = try self.span(span)
    let isGreatest = sought == ends.max
    guard isGreatest || sought == ends.min else { return try searched(sought, from: place) }
    if let known = table.place(ofGreatest: isGreatest, span: span, ofBlock: index) {
      return place + known
    }
    let found = try searched(sought, from: place)
    table.note(found - place, ofGreatest: isGreatest, span: span, ofBlock: index)
    return found
  }

  private mutating func searched(_ sought: Double, from place: Int) throws -> Int {
    let end = points(ofSpan: place / SeriesFormat.pointsOfSpan).upperBound - 1
    if !values.has(place) { try values.load(place, of: file, at: offset) }
    return withValues { value in
      var at = place
      while at < end, value(at) != sought { at += 1 }
      return at
    }
  }

  /// One loop for each width of a value, so that nothing is decided in it.
  @inline(__always)
  private func withValues<Result>(_ body: ((Int) -> Double) -> Result) -> Result {
    guard file != nil else {
      return tail.values.withUnsafeBufferPointer { all in body { all[$0] } }
    }
    let (first, bytes) = (values.first, values.bytes)
    return values.width == 4
      ? body { BlockCoding.value(at: $0 - first, width: 4, in: bytes) }
      : body { BlockCoding.value(at: $0 - first, width: 8, in: bytes) }
  }

  /// Gives out the ends of spans, two of each.
  @inline(__always)
  private func withSpans<Result>(_ body: ((Int) -> Double) -> Result) -> Result {
    guard file != nil else {
      return tail.spans.withUnsafeBufferPointer { all in
        body { $0 & 1 == 0 ? all[$0 / 2].min : all[$0 / 2].max }
      }
    }
    let bytes = spans.bytes
    return values.width == 4
      ? body { BlockCoding.value(at: $0, width: 4, in: bytes) }
      : body { BlockCoding.value(at: $0, width: 8, in: bytes) }
  }
}

/// One part of a block, and those of its numbers that are at hand.
private struct BlockPart {
  /// Where it begins in the block.
  let start: Int
  /// Bytes a number.
  let width: Int
  /// The numbers of the part, and how many are read at once.
  let total: Int
  let piece: Int
  /// The first one that is at hand, and how many are.
  var first = 0
  var count = 0
  private var held: BlockBytes?
  private(set) var bytes = UnsafeRawBufferPointer(start: nil, count: 0)

  /// A part in memory.
  static func all(_ count: Int) -> BlockPart {
    var part = BlockPart(start: 0, width: 8, total: count, piece: 1)
    part.count = count
    return part
  }

  init(start: Int, width: Int, total: Int, piece: Int) {
    (self.start, self.width, self.total, self.piece) = (start, width, total, piece)
  }

  @inline(__always)
  func has(_ index: Int) -> Bool { index >= first && index - first < count }

  /// Gets a number with those around it: of a short file, all.
  @inline(never)
  mutating func load(_ index: Int, of file: BlockFile?, at block: Int) throws {
    precondition(index >= 0 && index < total)
    guard let file else { return }
    let from = index / piece * piece
    let range = file.isWhole ? 0..<total : from..<min(total, from + piece)
    try load(range, of: file, at: block, kept: true)
  }

  /// Takes bytes of all numbers, which are kept elsewhere.
  mutating func take(_ all: UnsafeRawBufferPointer) { (first, count, bytes) = (0, total, all) }

  mutating func load(
    _ range: Range<Int>,
    of file: BlockFile,
    at block: Int,
    kept: Bool = false
  ) throws {
    let places = start + range.lowerBound * width..<start + range.upperBound * width
    let held = try file.bytes(places, at: block, kept: kept)
    (first, count, bytes) = (range.lowerBound, range.count, held.bytes)
    self.held = held
  }
}
