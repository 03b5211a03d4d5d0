internal import Glibc

/// The file of blocks while it is open: a class, since it stands for a descriptor that is closed once.
final class BlockFile: Sendable {
  private let path: String
  private let file: Int32

  init(_ path: String) throws {
    file = open(path, O_RDONLY | O_CLOEXEC)
    self.path = path
    guard file >= 0 else { throw SeriesError.system(call: "open", path: path, number: errno) }
  }

  deinit { if file >= 0 { close(file) } }

  /// Appends the points of a block, whose checksum is verified.
  func read(_ block: SealedBlock, into data: inout SeriesData) throws {
    let coding = block.coding
    let bytes = try bytes(0..<coding.length, at: block.offset)
    try bytes.withUnsafeBytes { bytes in
      guard CRC32C.checksum(bytes) == block.checksum else {
        throw SeriesError.damaged(path: path, offset: block.offset)
      }
      coding.decode(bytes, into: &data)
    }
  }

  /// Some bytes of the block that begins at an offset, not one fewer.
  func bytes(_ range: Range<Int>, at block: Int) throws -> [UInt8] {
    let offset = block + range.lowerBound
    let bytes = try file.read(range.count, at: offset, path: path)
    guard bytes.count == range.count else {
      throw SeriesError.damaged(path: path, offset: offset)
    }
    return bytes
  }
}
