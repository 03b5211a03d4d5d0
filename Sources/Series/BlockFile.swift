internal import Glibc

/// The file of blocks for the time of one call.
///
/// A class, since it stands for an image that is given back, and a descriptor that is closed, once.
final class BlockFile {
  let length: Int
  /// Whether all of a part of a block is read when some of it is asked for.
  let isWhole: Bool
  private let source: BlockSource
  private var file: Int32 = -1
  private var image: BlockImage?

  /// A file of which the first `length` bytes never change.
  init(_ source: BlockSource, length: Int, isWhole: Bool, image: consuming BlockImage) {
    self.source = source
    self.length = length
    self.isWhole = isWhole
    self.image = consume image
  }

  deinit {
    if let image = image.take() { source.giveBack(image) }
    if file >= 0 { close(file) }
  }

  private var path: String { source.path }

  /// Appends the points of a block, whose checksum is verified.
  func read(_ block: SealedBlock, into data: inout SeriesData) throws {
    let coding = block.coding
    let bytes = try bytes(0..<coding.length, at: block.offset)
    guard CRC32C.checksum(bytes.bytes) == block.checksum else {
      throw SeriesError.damaged(path: path, offset: block.offset)
    }
    coding.decode(bytes.bytes, into: &data)
  }

  /// Some bytes of the block that begins at an offset, not one fewer; the range must not be empty.
  ///
  /// Those that are `kept` cost no call of the system when they are asked for again.
  func bytes(_ range: Range<Int>, at block: Int, kept: Bool = false) throws -> BlockBytes {
    let places = block + range.lowerBound..<block + range.upperBound
    guard places.lowerBound >= 0, places.upperBound <= length else {
      throw SeriesError.damaged(path: path, offset: max(0, min(length, places.lowerBound)))
    }
    if let bytes = image?.bytes(places) { return BlockBytes(bytes, of: nil) }
    let file = try opened()
    if kept, let held = image?.resident, isWhole || held <= BlockSource.mostKept {
      try image?.load(places, end: length, file, path: path)
      if let bytes = image?.bytes(places) { return BlockBytes(bytes, of: nil) }
    }
    return try BlockPiece(file, places.count, at: places.lowerBound, path: path).bytes
  }

  private func opened() throws -> Int32 {
    guard file < 0 else { return file }
    file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw SeriesError.system(call: "open", path: path, number: errno) }
    return file
  }
}
