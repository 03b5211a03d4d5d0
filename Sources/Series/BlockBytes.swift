internal import Glibc

/// Bytes of a file of blocks, at hand for as long as this and the file are kept.
struct BlockBytes {
  let bytes: UnsafeRawBufferPointer
  /// What gives the memory back; nil where it is the file's image.
  private let piece: BlockPiece?

  init(_ bytes: UnsafeRawBufferPointer, of piece: BlockPiece?) {
    self.bytes = bytes
    self.piece = piece
  }
}

/// Bytes that were read of a file.
final class BlockPiece: Sendable {
  private let address: UInt
  let count: Int

  /// Reads `count` bytes, more than 0; fewer are a damage.
  init(_ file: Int32, _ count: Int, at offset: Int, path: String) throws {
    let space = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 8)
    (address, self.count) = (UInt(bitPattern: space.baseAddress), count)
    guard try file.read(into: space, at: offset, path: path) == count else {
      throw SeriesError.damaged(path: path, offset: offset)
    }
  }

  deinit { UnsafeMutableRawPointer(bitPattern: address)?.deallocate() }

  var bytes: BlockBytes {
    BlockBytes(
      UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count),
      of: self
    )
  }
}
