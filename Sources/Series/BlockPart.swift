/// One part of a block, and those of its numbers that are at hand.
struct BlockPart {
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
  func has(_ index: Int) -> Bool { index >= first && index &- first < count }

  /// Gives out the numbers of a range of these, of 4 or 8 bytes each, unchecked: it must be at hand.
  @inline(__always)
  func withNumbers<Result>(
    _ range: Range<Int>,
    width: Int,
    _ body: ((Int) -> Double) -> Result
  ) -> Result {
    let from = self.width == width ? first : 2 * first
    precondition(range.lowerBound >= from && (range.upperBound - from) * width <= bytes.count)
    guard let start = bytes.baseAddress else { preconditionFailure("no bytes") }
    // One loop for each width, so that nothing is decided in it.
    return width == 4
      ? body { at in
        let word = start.loadUnaligned(fromByteOffset: (at &- from) &* 4, as: UInt32.self)
        return Double(Float(bitPattern: UInt32(littleEndian: word)))
      }
      : body { at in
        let word = start.loadUnaligned(fromByteOffset: (at &- from) &* 8, as: UInt64.self)
        return Double(bitPattern: UInt64(littleEndian: word))
      }
  }

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
