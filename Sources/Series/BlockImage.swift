internal import Glibc

/// A copy in memory of the chunks of a file that were asked for, each at the place that it has there.
///
/// Not a mapping of the file: one that somebody cuts off would end the process at the next look at
/// it. Only what never changes may be read into it. Chunks that were not asked for take no memory.
struct BlockImage: ~Copyable, Keepable {
  /// How long the file may become.
  let capacity: Int
  /// Bytes of all chunks that are at hand.
  private(set) var resident = 0
  private let chunk: Int
  private let address: UInt
  /// A bit for each chunk that is at hand, and one chunk that is so as far as an offset.
  private var loaded: [UInt64]
  private var partial = (chunk: -1, end: 0)

  /// Room for a file.
  init(capacity: Int, isWhole: Bool, path: String) throws {
    self.capacity = capacity
    chunk = isWhole ? 16 << 10 : 4 << 10
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    guard let start = mmap(nil, capacity, PROT_READ | PROT_WRITE, flags, -1, 0),
      start != MAP_FAILED
    else { throw SeriesError.system(call: "mmap", path: path, number: errno) }
    address = UInt(bitPattern: start)
    // A huge page would take memory for chunks that nobody asked for.
    madvise(start, capacity, MADV_NOHUGEPAGE)
    loaded = Array(repeating: 0, count: capacity / chunk / 64 + 1)
  }

  deinit { munmap(UnsafeMutableRawPointer(bitPattern: address), capacity) }

  /// Bytes of the file, nil where they are not at hand.
  ///
  /// The range must not be empty and lie within the capacity.
  @inline(__always)
  func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer? {
    let last = (range.upperBound - 1) / chunk
    for index in range.lowerBound / chunk...last where !has(index) {
      guard index == partial.chunk, range.upperBound <= partial.end else { return nil }
    }
    return UnsafeRawBufferPointer(
      start: UnsafeRawPointer(bitPattern: address + UInt(range.lowerBound)),
      count: range.count
    )
  }

  /// Reads the chunks of a range that are not at hand, as far as `end`, where what never changes ends.
  mutating func load(_ range: Range<Int>, end: Int, _ file: Int32, path: String) throws {
    var index = range.lowerBound / chunk
    let last = (range.upperBound - 1) / chunk
    while index <= last {
      guard !has(index) else {
        index += 1
        continue
      }
      // Chunks that follow each other are read at once.
      var next = index + 1
      while next <= last, !has(next) { next += 1 }
      let places = index * chunk..<min(next * chunk, end)
      let space = UnsafeMutableRawBufferPointer(
        start: UnsafeMutableRawPointer(bitPattern: address + UInt(places.lowerBound)),
        count: places.count
      )
      let count = try file.read(into: space, at: places.lowerBound, path: path)
      guard count == places.count else {
        throw SeriesError.damaged(path: path, offset: places.lowerBound + count)
      }
      note(index..<next, end: end)
      index = next
    }
  }

  private mutating func note(_ chunks: Range<Int>, end: Int) {
    for index in chunks {
      if index != partial.chunk { resident += chunk }
      if (index + 1) * chunk <= end {
        loaded[index / 64] |= 1 << UInt64(index % 64)
      } else {
        partial = (index, end)
      }
    }
  }

  @inline(__always)
  private func has(_ index: Int) -> Bool { loaded[index / 64] & 1 << UInt64(index % 64) != 0 }
}
