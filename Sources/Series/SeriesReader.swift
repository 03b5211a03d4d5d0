internal import Glibc

/// Reads a metrics file while it grows.
///
/// It holds no file open between calls and never blocks the writer. Memory is bounded by the
/// file's size: a length in the file is believed only after the bytes are there.
package struct SeriesReader: Sendable {
  private let path: String
  private var offset = 0
  private var decoder: SeriesDecoder

  private static let chunk = 4 * SeriesFormat.longestPayload

  package init(folder: String) {
    self.init(path: folder + "/journal-0", keepsPoints: true)
  }

  init(path: String, keepsPoints: Bool) {
    self.path = path
    decoder = SeriesDecoder(keepsPoints: keepsPoints)
  }

  /// Reads what was appended since the last call; a torn record is awaited.
  ///
  /// Returns whether anything new came; a file that does not exist yet is empty. Throws a
  /// `SeriesError` when the file cannot be read, or `.damaged` at bytes that no writer has written:
  /// what stands before them has been taken in, and the next call tries again from there.
  package mutating func refresh() throws -> Bool {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT, offset == 0 { return false }
      throw SeriesError.system(call: "open", path: path, number: errno)
    }
    defer { close(file) }
    return try read(file)
  }

  /// In the order of their first point.
  package var names: [String] { decoder.names }

  package subscript(name: String) -> SeriesTrack? {
    decoder.ids[name].map { decoder.series[$0] }
  }

  /// Where the last whole frame ends.
  var end: Int { offset }
  var counts: [Int] { decoder.counts }

  mutating func read(_ file: Int32) throws -> Bool {
    var status = stat()
    guard fstat(file, &status) == 0 else {
      throw SeriesError.system(call: "fstat", path: path, number: errno)
    }
    let size = Int(status.st_size)
    // Only ever appended to: a shorter file is another one.
    guard size >= offset else { throw SeriesError.damaged(path: path, offset: size) }
    let before = offset
    while offset + SeriesFormat.headerLength < size {
      let taken = try readChunk(file, count: min(Self.chunk, size - offset))
      if taken == 0 { break }
    }
    return offset > before
  }

  /// Takes in the whole frames of the next bytes and returns their length.
  private mutating func readChunk(_ file: Int32, count: Int) throws -> Int {
    var number: Int32 = 0
    let start = offset
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let space = UnsafeMutableBufferPointer(rebasing: buffer[filled..<count])
        let got = pread(file, space.baseAddress, space.count, off_t(start + filled))
        if got < 0, errno == EINTR { continue }
        if got < 0 { number = errno }
        guard got > 0 else { break }
        filled += got
      }
    }
    guard number == 0 else { throw SeriesError.system(call: "pread", path: path, number: number) }
    let (length, isGood) = bytes.withUnsafeBytes { decoder.take($0) }
    offset += length
    guard isGood else { throw SeriesError.damaged(path: path, offset: offset) }
    return length
  }
}
