/// The points of one block with their steps or their times, each read in constant time.
///
/// What is needed of the file is read at the first time that it is needed; hence `mutating`. Only
/// reads of a whole block verify its checksum, see `BlockFile`.
struct BlockPoints {
  let start: Int
  let count: Int
  /// Its first and its last value, which are known without a read.
  private let ends: (first: Double, last: Double)
  /// Its least and its greatest value; nil where one of its values is not finite.
  let bounds: (min: Double, max: Double)?
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
    ends = (block.node.first, block.node.last)
    bounds = block.node.isAllFinite ? (block.node.min, block.node.max) : nil
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
    ends = (block.node.first, block.node.last)
    bounds = block.node.isAllFinite ? (block.node.min, block.node.max) : nil
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
    return withSpans(index..<index + 1) { SeriesSpan(min: $0(2 * index), max: $0(2 * index + 1)) }
  }

  /// The step or time of a point by its place in this block.
  @inline(__always)
  mutating func x(at index: Int) throws -> Double {
    if index < tail.xs.count { return tail.xs[index] }
    if !xs.has(index) { try xs.load(index, of: file, at: offset) }
    return column.number(at: index - xs.first, in: xs.bytes)
  }

  /// The value of a point by its place in this block.
  @inline(__always)
  mutating func value(at index: Int) throws -> Double {
    // Rows of points end mostly where a column or a block does.
    if index == 0 { return ends.first }
    if index == count - 1 { return ends.last }
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
    withValues(range) { value in numbers.fill(range.count) { value(range.lowerBound + $0) } }
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
    let first = start
    return withSpans(range) { end in
      var (least, greatest) = (extremes.min, extremes.max)
      var (leastSpan, greatestSpan) = (-1, -1)
      var span = range.lowerBound
      while span < range.upperBound {
        let (low, high) = (end(2 &* span), end(2 &* span &+ 1))
        // Also NaN, which is not above the floor.
        if !(low >= least) {
          guard low > floor else { return false }
          (least, leastSpan) = (low, span)
        }
        if high > greatest { (greatest, greatestSpan) = (high, span) }
        span &+= 1
      }
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
    let group = CurvePlace(group: start + range.lowerBound)
    return withValues(range) { value in
      var (least, greatest) = (Double.infinity, -Double.infinity)
      var index = range.lowerBound
      while index < range.upperBound {
        let y = value(index)
        if !(y >= least) {
          guard y > floor else { return false }
          least = y
        }
        if y > greatest { greatest = y }
        index &+= 1
      }
      guard least > floor, greatest < .infinity else { return false }
      extremes.add(least, greatest, in: group)
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
    return withValues(place..<end + 1) { value in
      var at = place
      while at < end, value(at) != sought { at += 1 }
      return at
    }
  }

  /// One loop for each width of a value, so that nothing is decided in it.
  ///
  /// The values of the range, which are at hand, are given out unchecked.
  @inline(__always)
  private func withValues<Result>(_ range: Range<Int>, _ body: ((Int) -> Double) -> Result)
    -> Result
  {
    guard file != nil else {
      precondition(range.upperBound <= tail.values.count)
      return tail.values.withUnsafeBufferPointer { all in body { all[$0] } }
    }
    return values.withNumbers(range, width: values.width, body)
  }

  /// Gives out the ends of spans, two of each, in the same way.
  @inline(__always)
  private func withSpans<Result>(_ range: Range<Int>, _ body: ((Int) -> Double) -> Result) -> Result
  {
    guard file != nil else {
      precondition(range.upperBound <= tail.spans.count)
      return tail.spans.withUnsafeBufferPointer { all in
        body { $0 & 1 == 0 ? all[$0 / 2].min : all[$0 / 2].max }
      }
    }
    return spans.withNumbers(2 * range.lowerBound..<2 * range.upperBound, width: values.width, body)
  }
}
