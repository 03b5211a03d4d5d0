internal import Glibc
internal import Synchronization

/// The file of blocks of one folder, shared by the tracks of all its series.
///
/// A file of up to 64 MiB stays mapped between calls, without a descriptor, so that drawing again costs
/// no call of the system; a longer one is opened for each call, and only what is needed is read. Of
/// that, too, the last few MiB are kept.
final class BlockSource: Sendable {
  private let path: String
  private let mapped = Mutex<BlockFile?>(nil)
  private let pieces = BlockPieces()

  static let longestMapped = 64 << 20

  init(_ path: String) { self.path = path }

  /// The file, of which the first `length` bytes are needed.
  ///
  /// Throws a `SeriesError` when it cannot be opened, or has become shorter.
  func open(_ length: Int) throws -> BlockFile {
    guard length <= Self.longestMapped else { return try opened(length, isMapped: false) }
    return try mapped.withLock { mapped in
      // What is mapped and was cut off must not be touched: a writer cuts off what another one that was
      // killed has left.
      if let file = mapped, file.length >= length, try size() >= file.length { return file }
      mapped = nil
      let file = try opened(length, isMapped: true)
      if file.isMapped, file.length >= length { mapped = file }
      return file
    }
  }

  private func opened(_ length: Int, isMapped: Bool) throws -> BlockFile {
    let file = try BlockFile(path, isMapped: isMapped, keeping: pieces)
    // What was cut off is not shown any more; those who ask for it are told.
    if file.length < length { pieces.removeAll() }
    return file
  }

  private func size() throws -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw SeriesError.system(call: "stat", path: path, number: errno)
    }
    return Int(status.st_size)
  }
}
