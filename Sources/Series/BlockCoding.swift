/// How the bytes of one block are laid out: four parts that follow each other.
///
/// A column of steps and one of times (`Column`); for each span of 64 points its least and its
/// greatest value, NaN where one of them is not finite; the values. Values are f32 when all of the
/// block are exactly that, else f64. So each point stands at a place that can be computed.
struct BlockCoding: Sendable {
  let count: Int
  let steps: Column
  let times: Column
  /// Bytes a value: 4 or 8.
  let valueWidth: Int

  init(steps: Column, times: Column, valueWidth: Int, count: Int) {
    self.count = count
    self.steps = steps
    self.times = times
    self.valueWidth = valueWidth
  }

  /// The codings that suit a block best.
  init(_ block: TailBlock) {
    let (data, node) = (block.data, block.node)
    let isSingle = data.values.allSatisfy { Double(Float($0)).bitPattern == $0.bitPattern }
    let steps = ColumnCoding(of: data.steps, node.steps)
    let times = ColumnCoding(of: data.times, node.times)
    self.init(
      steps: Column(steps, node.steps, count: node.count) ?? Column(),
      times: Column(times, node.times, count: node.count) ?? Column(),
      valueWidth: isSingle ? 4 : 8,
      count: node.count
    )
  }

  var spanCount: Int { (count + SeriesFormat.pointsOfSpan - 1) / SeriesFormat.pointsOfSpan }

  /// Where the parts stand in the block.
  var timesStart: Int { count * Int(steps.coding.width) }
  var spansStart: Int { timesStart + count * Int(times.coding.width) }
  var valuesStart: Int { spansStart + 2 * valueWidth * spanCount }
  var length: Int { valuesStart + count * valueWidth }

  /// Appends the block's bytes.
  func encode(_ block: TailBlock, into bytes: inout [UInt8]) {
    steps.encode(block.data.steps, into: &bytes)
    times.encode(block.data.times, into: &bytes)
    let ends = block.spans.flatMap { [$0.min, $0.max] }
    for numbers in [ends, block.data.values] {
      if valueWidth == 4 {
        SeriesFormat.append(numbers.map { Float($0).bitPattern }, to: &bytes)
      } else {
        SeriesFormat.append(numbers.map(\.bitPattern), to: &bytes)
      }
    }
  }

  /// Appends the points of a whole block.
  func decode(_ bytes: UnsafeRawBufferPointer, into data: inout SeriesData) {
    steps.decode(
      UnsafeRawBufferPointer(rebasing: bytes[..<timesStart]),
      count: count,
      into: &data.steps
    )
    times.decode(
      UnsafeRawBufferPointer(rebasing: bytes[timesStart..<spansStart]),
      count: count,
      into: &data.times
    )
    let values = UnsafeRawBufferPointer(rebasing: bytes[valuesStart...])
    if valueWidth == 4 {
      data.values.fill(count) { Double(Float(bitPattern: values.little(UInt32.self, at: 4 * $0))) }
    } else {
      data.values.fill(count) { Double(bitPattern: values.little(UInt64.self, at: 8 * $0)) }
    }
  }

  /// The value, or an end of a span, at a place of bytes that hold such.
  @inline(__always)
  static func value(at index: Int, width: Int, in bytes: UnsafeRawBufferPointer) -> Double {
    width == 4
      ? Double(Float(bitPattern: bytes.little(UInt32.self, at: 4 * index)))
      : Double(bitPattern: bytes.little(UInt64.self, at: 8 * index))
  }
}
