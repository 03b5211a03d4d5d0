internal import Glibc

/// A row of frames in a file that is read while it grows.
///
/// No file is held open between calls. Memory is bounded by the file's size: a length in the file is
/// believed only after the bytes are there.
struct FrameFile: Sendable {
  struct Malformed: Error {}

  let path: String
  /// Where the last whole frame ends.
  private(set) var offset = 0
  /// A payload was taken in half and then refused; taking it again would repeat its points.
  private var isBroken = false

  private static let chunk = 1 << 20

  init(path: String) { self.path = path }

  /// Gives out the payloads of the frames that were appended since the last call.
  ///
  /// A torn frame is awaited. Returns nil where there is no file yet, else whether a frame came.
  /// Throws a `SeriesError` when the file cannot be read, or `.damaged` at bytes that no writer has
  /// written: what stands before them has been given out, and the next call tries again from there.
  mutating func read(
    _ take: (UnsafeRawBufferPointer) throws(Malformed) -> Void
  ) throws -> Bool? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw SeriesError.system(call: "open", path: path, number: errno)
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else {
      throw SeriesError.system(call: "fstat", path: path, number: errno)
    }
    let size = Int(status.st_size)
    // Only ever appended to: a shorter file is another one.
    guard size >= offset else { throw SeriesError.damaged(path: path, offset: size) }
    let before = offset
    var least = Self.chunk
    while offset + SeriesFormat.headerLength < size, !isBroken {
      let bytes = try file.read(min(least, size - offset), at: offset, path: path)
      let taken = try bytes.withUnsafeBytes { try self.frames($0, take) }
      offset += taken.length
      if taken.next > size - offset { break }
      least = max(Self.chunk, taken.next)
    }
    if isBroken { throw SeriesError.damaged(path: path, offset: offset) }
    return offset > before
  }

  /// The length of the whole frames at the start of `bytes`, and how many bytes the next one needs.
  private mutating func frames(
    _ bytes: UnsafeRawBufferPointer,
    _ take: (UnsafeRawBufferPointer) throws(Malformed) -> Void
  ) throws -> (length: Int, next: Int) {
    var length = 0
    while bytes.count - length >= SeriesFormat.headerLength {
      let size = Int(bytes.little(UInt32.self, at: length))
      let start = length + SeriesFormat.headerLength
      guard size > 0, size <= SeriesFormat.longestPayload else {
        offset += length
        throw SeriesError.damaged(path: path, offset: offset)
      }
      guard bytes.count - start >= size else {
        return (length, SeriesFormat.headerLength + size)
      }
      let payload = UnsafeRawBufferPointer(rebasing: bytes[start..<start + size])
      guard CRC32C.checksum(payload) == bytes.little(UInt32.self, at: length + 4) else {
        offset += length
        throw SeriesError.damaged(path: path, offset: offset)
      }
      do {
        try take(payload)
      } catch {
        isBroken = true
        return (length, 0)
      }
      length = start + size
    }
    return (length, SeriesFormat.headerLength + 1)
  }
}

extension Int32 {
  /// Reads `count` bytes of an open file, or fewer where it ends before.
  func read(_ count: Int, at offset: Int, path: String) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let space = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
      filled = try read(into: space, at: offset, path: path)
    }
  }

  /// Fills memory with bytes of an open file; returns how many there were.
  func read(
    into space: UnsafeMutableRawBufferPointer,
    at offset: Int,
    path: String
  ) throws -> Int {
    var filled = 0
    while filled < space.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: space[filled...])
      let got = pread(self, rest.baseAddress, rest.count, off_t(offset + filled))
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw SeriesError.system(call: "pread", path: path, number: errno) }
      guard got > 0 else { break }
      filled += got
    }
    return filled
  }
}
