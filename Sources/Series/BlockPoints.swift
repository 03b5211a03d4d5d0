/// The points of one block, each read in constant time.
///
/// What is needed of the file is read at the first time that it is needed; hence `mutating`. Only
/// reads of a whole block verify its checksum, see `BlockFile`.
struct BlockPoints {
  let start: Int
  let count: Int
  /// Nil for a block in memory, of which all parts are at hand.
  private let file: BlockFile?
  private let offset: Int
  private let coding: BlockCoding
  private var steps = Axis()
  private var times = Axis()
  private var spans: [SeriesSpan] = []
  /// The values that are at hand, and the first point of these.
  private var values: [Double] = []
  private var valuesStart = 0

  /// The steps or times that are at hand.
  private struct Axis {
    var numbers: [Double] = []
    var bytes: [UInt8] = []
  }

  init(_ block: TailBlock) {
    (start, count) = (block.node.start, block.node.count)
    (file, offset) = (nil, 0)
    coding = BlockCoding(steps: Column(), times: Column(), valueWidth: 8, count: count)
    steps.numbers = block.data.steps
    times.numbers = block.data.times
    values = block.data.values
    spans = block.spans
  }

  init(_ block: SealedBlock, _ file: BlockFile) {
    (start, count) = (block.node.start, block.node.count)
    (self.file, offset) = (file, block.offset)
    coding = block.coding
  }

  /// The places of its points in the series.
  var range: Range<Int> { start..<start + count }
  /// Spans of 64 points; the last one may be shorter.
  var spanCount: Int { (count + SeriesFormat.pointsOfSpan - 1) / SeriesFormat.pointsOfSpan }

  /// The points of a span, as places in this block.
  @inline(__always)
  func points(ofSpan span: Int) -> Range<Int> {
    let start = span * SeriesFormat.pointsOfSpan
    return start..<min(count, start + SeriesFormat.pointsOfSpan)
  }

  /// The least and the greatest value of a span.
  @inline(__always)
  mutating func span(_ index: Int) throws -> SeriesSpan {
    if spans.isEmpty { try loadSpans() }
    return spans[index]
  }

  /// The step or time of a point by its place in this block.
  @inline(__always)
  mutating func x(_ axis: SeriesAxis, at index: Int) throws -> Double {
    axis == .step
      ? try step(at: index) : try time(at: index)
  }

  @inline(__always)
  mutating func value(at index: Int) throws -> Double {
    let place = index - valuesStart
    if place >= 0, place < values.count { return values[place] }
    try loadValues(points(ofSpan: index / SeriesFormat.pointsOfSpan))
    return values[index - valuesStart]
  }

  /// The values of some points, by their places in this block.
  mutating func values(_ range: Range<Int>) throws -> ArraySlice<Double> {
    if range.lowerBound < valuesStart || range.upperBound > valuesStart + values.count {
      try loadValues(range)
    }
    return values[range.lowerBound - valuesStart..<range.upperBound - valuesStart]
  }

  @inline(__always)
  private mutating func step(at index: Int) throws -> Double {
    if index < steps.numbers.count { return steps.numbers[index] }
    if steps.bytes.isEmpty, coding.steps.coding.width > 0 {
      steps.bytes = try read(0..<coding.timesStart)
    }
    return steps.bytes.withUnsafeBytes { coding.steps.number(at: index, in: $0) }
  }

  @inline(__always)
  private mutating func time(at index: Int) throws -> Double {
    if index < times.numbers.count { return times.numbers[index] }
    if times.bytes.isEmpty, coding.times.coding.width > 0 {
      times.bytes = try read(coding.timesStart..<coding.spansStart)
    }
    return times.bytes.withUnsafeBytes { coding.times.number(at: index, in: $0) }
  }

  private mutating func loadSpans() throws {
    let bytes = try read(coding.spansStart..<coding.valuesStart)
    let coding = coding
    spans = bytes.withUnsafeBytes { bytes in
      (0..<spanCount).map {
        SeriesSpan(
          min: coding.value(at: 2 * $0, in: bytes),
          max: coding.value(at: 2 * $0 + 1, in: bytes)
        )
      }
    }
  }

  private mutating func loadValues(_ range: Range<Int>) throws {
    let (width, first) = (coding.valueWidth, coding.valuesStart)
    let bytes = try read(first + range.lowerBound * width..<first + range.upperBound * width)
    values = bytes.withUnsafeBytes { bytes in
      [Double](unsafeUninitializedCapacity: range.count) { values, filled in
        if width == 4 {
          for index in 0..<range.count {
            let bits = bytes.little(UInt32.self, at: 4 * index)
            values.initializeElement(at: index, to: Double(Float(bitPattern: bits)))
          }
        } else {
          for index in 0..<range.count {
            let bits = bytes.little(UInt64.self, at: 8 * index)
            values.initializeElement(at: index, to: Double(bitPattern: bits))
          }
        }
        filled = range.count
      }
    }
    valuesStart = range.lowerBound
  }

  private func read(_ range: Range<Int>) throws -> [UInt8] {
    try file?.bytes(range, at: offset) ?? []
  }
}
