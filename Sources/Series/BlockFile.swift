internal import Glibc

/// The file of blocks while it is at hand, mapped or open.
///
/// A class, since it stands for a mapping or a descriptor that is given back once.
final class BlockFile: Sendable {
  /// The bytes that are mapped; 0 when the file is open instead.
  let length: Int
  private let path: String
  private let file: Int32
  private let address: UInt

  /// Opens the file, and where it is asked for and can be done maps all of it.
  init(_ path: String, isMapped: Bool) throws {
    self.path = path
    let opened = open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else { throw SeriesError.system(call: "open", path: path, number: errno) }
    var status = stat()
    if isMapped, fstat(opened, &status) == 0, status.st_size > 0,
      let mapping = mmap(nil, Int(status.st_size), PROT_READ, MAP_SHARED, opened, 0),
      mapping != MAP_FAILED
    {
      close(opened)
      (file, address, length) = (-1, UInt(bitPattern: mapping), Int(status.st_size))
    } else {
      (file, address, length) = (opened, 0, 0)
    }
  }

  deinit {
    if file >= 0 { close(file) }
    if length > 0 { munmap(UnsafeMutableRawPointer(bitPattern: address), length) }
  }

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
    if let mapping = UnsafeRawPointer(bitPattern: address) {
      guard offset >= 0, offset <= length - range.count else {
        throw SeriesError.damaged(path: path, offset: offset)
      }
      return [UInt8](UnsafeRawBufferPointer(start: mapping + offset, count: range.count))
    }
    let bytes = try file.read(range.count, at: offset, path: path)
    guard bytes.count == range.count else {
      throw SeriesError.damaged(path: path, offset: offset)
    }
    return bytes
  }
}
