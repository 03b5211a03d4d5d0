internal import Synchronization

/// What was read last of a file of blocks, so that drawing again reads nothing.
final class BlockPieces: Sendable {
  private struct Kept {
    /// By their offset in the file.
    var pieces: [Int: BlockPiece] = [:]
    var length = 0
  }

  private let kept = Mutex(Kept())

  /// Enough for some curves of 400 columns.
  static let mostBytes = 4 << 20

  /// The piece at an offset, read where it is not at hand.
  func piece(_ count: Int, at offset: Int, read: () throws -> BlockPiece) throws -> BlockPiece {
    if let piece = kept.withLock({ $0.pieces[offset] }), piece.count == count { return piece }
    let piece = try read()
    kept.withLock { kept in
      if kept.length + count > Self.mostBytes { kept = Kept() }
      if let old = kept.pieces.updateValue(piece, forKey: offset) { kept.length -= old.count }
      kept.length += count
    }
    return piece
  }

  func removeAll() { kept.withLock { $0 = Kept() } }
}
