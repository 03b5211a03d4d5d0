internal import Glibc
internal import Synchronization

/// The file of blocks of one folder, shared by the tracks of all its series.
///
/// What was read of it to draw is kept in an image between calls, without a descriptor, so that drawing
/// again reads nothing: all of a file of up to 64 MiB, the last few MiB of a longer one.
final class BlockSource: Sendable {
  let path: String
  /// Where the blocks end that the index knows; what stands before never changes.
  private let end = Atomic(0)
  private let kept = Keeper<BlockImage>()

  static let longestWhole = 64 << 20
  /// Of a longer file; enough for some curves of 400 columns.
  static let mostKept = 16 << 20

  init(_ path: String) { self.path = path }

  /// Says that the index knows blocks up to here.
  func extend(to end: Int) { self.end.store(end, ordering: .relaxed) }

  /// The file, of which the first `length` bytes are needed.
  ///
  /// Throws a `SeriesError` when it is not there, or has become shorter.
  func open(_ length: Int) throws -> BlockFile {
    let size = try check(length)
    let end = max(length, min(size, end.load(ordering: .relaxed)))
    let isWhole = end <= Self.longestWhole
    // Another call may have it: then this one has an image of its own.
    if let image = kept.take(), image.capacity >= end,
      (image.capacity <= Self.longestWhole) == isWhole
    {
      return BlockFile(self, length: end, isWhole: isWhole, image: image)
    }
    // Room to grow, without an end between the two kinds.
    let room = isWhole ? min(max(4 * end, 8 << 20), Self.longestWhole) : 2 * end
    let made = try BlockImage(capacity: room, isWhole: isWhole, path: path)
    return BlockFile(self, length: end, isWhole: isWhole, image: made)
  }

  /// The length of the file, of which the first `length` bytes are needed.
  @discardableResult
  func check(_ length: Int) throws -> Int {
    let size = try size()
    guard size >= length else {
      // What was cut off is not shown any more; those who ask for it are told.
      kept.forget()
      throw SeriesError.damaged(path: path, offset: size)
    }
    return size
  }

  /// Keeps an image for the next call, unless it has become too large.
  func giveBack(_ image: consuming BlockImage) {
    guard image.capacity <= Self.longestWhole || image.resident <= Self.mostKept else { return }
    kept.giveBack(image)
  }

  private func size() throws -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw SeriesError.system(call: "stat", path: path, number: errno)
    }
    return Int(status.st_size)
  }
}
