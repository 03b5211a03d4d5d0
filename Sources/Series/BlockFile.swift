internal import Glibc

/// The file of blocks while it is at hand, mapped or open.
///
/// A class, since it stands for a mapping or a descriptor that is given back once.
final class BlockFile: Sendable {
  let length: Int
  let isMapped: Bool
  private let path: String
  private let file: Int32
  private let address: UInt
  private let pieces: BlockPieces

  /// Opens the file, and where it is asked for and can be done maps all of it.
  init(_ path: String, isMapped: Bool, keeping pieces: BlockPieces) throws {
    self.path = path
    self.pieces = pieces
    let opened = open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else { throw SeriesError.system(call: "open", path: path, number: errno) }
    var status = stat()
    guard fstat(opened, &status) == 0 else {
      let number = errno
      close(opened)
      throw SeriesError.system(call: "fstat", path: path, number: number)
    }
    length = Int(status.st_size)
    if isMapped, length > 0,
      let mapping = mmap(nil, length, PROT_READ, MAP_SHARED, opened, 0), mapping != MAP_FAILED
    {
      close(opened)
      (self.isMapped, file, address) = (true, -1, UInt(bitPattern: mapping))
    } else {
      (self.isMapped, file, address) = (false, opened, 0)
    }
  }

  deinit {
    if isMapped {
      munmap(UnsafeMutableRawPointer(bitPattern: address), length)
    } else {
      close(file)
    }
  }

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
    let offset = block + range.lowerBound
    guard offset >= 0, offset <= length - range.count else {
      throw SeriesError.damaged(path: path, offset: offset)
    }
    if let mapping = UnsafeRawPointer(bitPattern: address) {
      return BlockBytes(
        UnsafeRawBufferPointer(start: mapping + offset, count: range.count),
        of: self
      )
    }
    let read = { try BlockPiece(self.file, range.count, at: offset, path: self.path) }
    return try (kept ? pieces.piece(range.count, at: offset, read: read) : read()).bytes
  }
}
