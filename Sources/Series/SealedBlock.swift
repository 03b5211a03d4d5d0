/// What the index says of one block: what is known of its points, and where and how they are kept.
///
/// An entry of the index is 152 bytes: `u32 id`, `u32 CRC-32C of the block`, `u64 offset` in the
/// file of blocks, `u16` each count, finite count, place of the least and of the greatest value,
/// then a byte each for the coding of steps and of times (`ColumnCoding`), the width of a value (4:
/// f32, 8: f64) and flags, `u32 length` of the block, and f64: first, last, least and greatest
/// step; the same of time; first, last, least, greatest value and their sum; step of the least and
/// of the greatest value. Flags: 1, all steps are finite; 2, steps ascend; 4 and 8 the same of times.
struct SealedBlock: Sendable {
  let node: SeriesNode
  let offset: Int
  let checksum: UInt32
  private let steps: ColumnCoding
  private let times: ColumnCoding
  /// Bytes a value: 4 or 8.
  let valueWidth: UInt8

  static let entryLength = 152

  /// Appends the entry.
  func encode(id: Int, into bytes: inout [UInt8]) {
    SeriesFormat.append(UInt32(id), to: &bytes)
    SeriesFormat.append(checksum, to: &bytes)
    SeriesFormat.append(UInt64(offset), to: &bytes)
    for count in [
      node.count, node.finiteCount, node.minIndex - node.start, node.maxIndex - node.start,
    ] {
      SeriesFormat.append(UInt16(clamping: count), to: &bytes)
    }
    bytes += [steps.byte, times.byte, valueWidth]
    bytes.append(
      (node.steps.isAllFinite ? 1 : 0) | (node.steps.isAscending ? 2 : 0)
        | (node.times.isAllFinite ? 4 : 0) | (node.times.isAscending ? 8 : 0)
    )
    SeriesFormat.append(UInt32(coding.length), to: &bytes)
    for extent in [node.steps, node.times] {
      for number in [extent.first, extent.last, extent.min, extent.max] {
        SeriesFormat.append(number.bitPattern, to: &bytes)
      }
    }
    for number in [
      node.first, node.last, node.min, node.max, node.sum, node.minStep, node.maxStep,
    ] {
      SeriesFormat.append(number.bitPattern, to: &bytes)
    }
  }

  init(node: SeriesNode, offset: Int, checksum: UInt32, coding: BlockCoding) {
    self.node = node
    self.offset = offset
    self.checksum = checksum
    steps = coding.steps.coding
    times = coding.times.coding
    valueWidth = UInt8(coding.valueWidth)
  }

  /// Made when it is needed: there may be many blocks.
  var coding: BlockCoding {
    BlockCoding(
      steps: Column(steps, node.steps, count: node.count) ?? Column(),
      times: Column(times, node.times, count: node.count) ?? Column(),
      valueWidth: Int(valueWidth),
      count: node.count
    )
  }

  /// The steps or times alone, and where they stand in the block.
  func column(_ axis: SeriesAxis) -> (column: Column, start: Int) {
    let coding = axis == .step ? steps : times
    return (
      Column(coding, node.extent(axis), count: node.count) ?? Column(),
      axis == .step ? 0 : node.count * Int(steps.width)
    )
  }

  /// Where the spans stand in the block.
  var spansStart: Int { node.count * (Int(steps.width) + Int(times.width)) }

  /// Reads an entry; `start` is the place in the series that its first point has.
  ///
  /// Nil for what no writer writes.
  init?(_ entry: UnsafeRawBufferPointer, start: Int) {
    func short(_ at: Int) -> Int { Int(entry.little(UInt16.self, at: at)) }
    func number(_ index: Int) -> Double {
      Double(bitPattern: entry.little(UInt64.self, at: 32 + 8 * index))
    }
    let flags = entry[27]
    var node = SeriesNode(start: start)
    node.count = short(16)
    node.finiteCount = short(18)
    let (least, greatest) = (short(20), short(22))
    guard node.count > 0, node.count <= SeriesFormat.mostPointsOfBlock,
      node.finiteCount <= node.count, least < node.count, greatest < node.count, flags < 16
    else { return nil }
    (node.minIndex, node.maxIndex) = (start + least, start + greatest)
    node.steps = AxisExtent(
      first: number(0),
      last: number(1),
      min: number(2),
      max: number(3),
      isAllFinite: flags & 1 != 0,
      isAscending: flags & 2 != 0
    )
    node.times = AxisExtent(
      first: number(4),
      last: number(5),
      min: number(6),
      max: number(7),
      isAllFinite: flags & 4 != 0,
      isAscending: flags & 8 != 0
    )
    (node.first, node.last) = (number(8), number(9))
    (node.min, node.max, node.sum) = (number(10), number(11), number(12))
    (node.minStep, node.maxStep) = (number(13), number(14))
    guard node.isPossible else { return nil }
    let width = Int(entry[26])
    guard width == 4 || width == 8, let steps = ColumnCoding(byte: entry[24]),
      let times = ColumnCoding(byte: entry[25]),
      let stepColumn = Column(steps, node.steps, count: node.count),
      let timeColumn = Column(times, node.times, count: node.count),
      let offset = Int(exactly: entry.little(UInt64.self, at: 8))
    else { return nil }
    let coding = BlockCoding(
      steps: stepColumn,
      times: timeColumn,
      valueWidth: width,
      count: node.count
    )
    guard coding.length == Int(entry.little(UInt32.self, at: 28)) else { return nil }
    let checksum = entry.little(UInt32.self, at: 4)
    self.init(node: node, offset: offset, checksum: checksum, coding: coding)
  }
}
