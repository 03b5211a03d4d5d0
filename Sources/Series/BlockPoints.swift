/// The points of one block, each read in constant time.
///
/// What is needed of the file is read at the first time that it is needed; hence `mutating`. Only
/// reads of a whole block verify its checksum, see `BlockFile`.
struct BlockPoints {
  private enum Origin {
    case memory(TailBlock)
    case file(BlockFile, SealedBlock, BlockCoding)
  }

  let node: SeriesNode
  private let origin: Origin
  private var steps: [UInt8]?
  private var times: [UInt8]?
  private var spans: [UInt8]?
  /// The values of one span, as bytes.
  private var values: (span: Int, bytes: [UInt8])?

  init(_ block: TailBlock) {
    node = block.node
    origin = .memory(block)
  }

  init(_ block: SealedBlock, _ file: BlockFile) {
    node = block.node
    origin = .file(file, block, block.coding)
  }

  var count: Int { node.count }
  /// Spans of 64 points; the last one may be shorter.
  var spanCount: Int { (count + SeriesFormat.pointsOfSpan - 1) / SeriesFormat.pointsOfSpan }

  /// The points of a span, as places in this block.
  func points(ofSpan span: Int) -> Range<Int> {
    let start = span * SeriesFormat.pointsOfSpan
    return start..<min(count, start + SeriesFormat.pointsOfSpan)
  }

  /// The least and the greatest value of a span.
  mutating func span(_ index: Int) throws -> SeriesSpan {
    switch origin {
    case .memory(let block): return block.spans[index]
    case .file(let file, let block, let coding):
      let bytes = try spans ?? file.bytes(coding.spansStart..<coding.valuesStart, of: block)
      spans = bytes
      return bytes.withUnsafeBytes {
        SeriesSpan(
          min: coding.value(at: 2 * index, in: $0),
          max: coding.value(at: 2 * index + 1, in: $0)
        )
      }
    }
  }

  /// The step or time of a point by its place in this block.
  mutating func x(_ axis: SeriesAxis, at index: Int) throws -> Double {
    switch (origin, axis) {
    case (.memory(let block), .step): return block.data.steps[index]
    case (.memory(let block), .time): return block.data.times[index]
    case (.file(let file, let block, let coding), .step):
      if steps == nil { steps = try file.bytes(0..<coding.timesStart, of: block) }
      return (steps ?? []).withUnsafeBytes { coding.steps.number(at: index, in: $0) }
    case (.file(let file, let block, let coding), .time):
      if times == nil {
        times = try file.bytes(coding.timesStart..<coding.spansStart, of: block)
      }
      return (times ?? []).withUnsafeBytes { coding.times.number(at: index, in: $0) }
    }
  }

  mutating func value(at index: Int) throws -> Double {
    switch origin {
    case .memory(let block): return block.data.values[index]
    case .file(let file, let block, let coding):
      let span = index / SeriesFormat.pointsOfSpan
      let points = points(ofSpan: span)
      if values?.span != span {
        let start = coding.valuesStart + points.lowerBound * coding.valueWidth
        let length = points.count * coding.valueWidth
        values = (span, try file.bytes(start..<start + length, of: block))
      }
      return (values?.bytes ?? []).withUnsafeBytes {
        coding.value(at: index - points.lowerBound, in: $0)
      }
    }
  }
}
