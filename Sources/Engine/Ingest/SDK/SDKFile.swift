import CSystem
import Glibc
import Store

/// One file of the Python module while it grows, read from where it was consumed last.
///
/// No descriptor is held between two readings. What was taken and is safe on disk is given back to
/// the file system piece by piece; the definitions in it are copied to a file beside it before.
struct SDKFile {
  let path: String
  let name: String
  /// What is wrong with the file, for the log; nothing more is read then.
  private(set) var trouble: String?
  /// Whether that is the limit of all files together.
  var isBeyondAll: Bool { decoder.damage == .noRoom }

  private var decoder = SDKDecoder()
  private var offset = 0
  /// Bytes before this are a hole.
  private var punched = 0
  private var isTakenUp = false

  private let punchSize: Int

  private static let chunk = 1 << 18

  /// `punchSize` consumed bytes are given back together.
  init(folder: String, name: String, punchSize: Int) {
    path = folder + "/" + name
    self.name = name
    self.punchSize = punchSize
  }

  private var source: String { "sdk/" + name }
  private var copyPath: String { path + ".definitions" }

  /// Takes what was appended, about `budget` bytes of it at most; returns whether there is more.
  ///
  /// `definitions` is how many bytes all files together may still define.
  mutating func drain(
    into sink: inout MetricSink,
    budget: inout Int,
    definitions: inout Int,
    _ buffer: inout [UInt8]
  ) throws -> Bool {
    guard trouble == nil else { return false }
    decoder.room = definitions
    defer { definitions = decoder.room }
    let file = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
    guard file >= 0 else {
      if errno != ENOENT { trouble = "cannot be opened (\(String(cString: strerror(errno))))" }
      return false
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      trouble = "is no file"
      return false
    }
    guard Int(status.st_size) >= offset else {
      trouble = "was made shorter"
      return false
    }
    if !isTakenUp { try takeUp(file, &sink, &buffer) }
    var most = SDKFile.chunk
    while budget > 0, trouble == nil {
      let count = try read(file, at: offset, most, into: &buffer)
      guard count > 0 else { return false }
      let taken = try take(count, of: buffer, into: &sink)
      budget -= taken
      look()
      if offset - punched >= punchSize { try punch(file, &sink) }
      if count < most || (taken == 0 && most == buffer.count) {
        // What is left is a torn record.
        return false
      }
      most = taken == 0 ? buffer.count : SDKFile.chunk
    }
    return trouble == nil
  }

  /// Takes the whole records at the start of the buffer; returns their length.
  private mutating func take(
    _ count: Int,
    of buffer: [UInt8],
    into sink: inout MetricSink
  ) throws -> Int {
    var at = 0
    while at < count {
      let taken = buffer.withUnsafeBytes {
        decoder.take(UnsafeRawBufferPointer(rebasing: $0[at..<count]), into: &sink)
      }
      at += taken
      offset += taken
      if taken > 0 { sink.note(source, offset) }
      if sink.isFull { try sink.flush() } else if taken == 0 { break }
    }
    return at
  }

  /// Reads up to `most` bytes at a place; 0 at the file's end.
  private func read(
    _ file: Int32,
    at place: Int,
    _ most: Int,
    into buffer: inout [UInt8]
  ) throws -> Int {
    while true {
      let count = buffer.withUnsafeMutableBytes {
        pread(file, $0.baseAddress, min(most, $0.count), off_t(place))
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw SystemFailure("read \(path)", errno) }
      return count
    }
  }

  /// Notices what the decoder says about the bytes that it did not take.
  private mutating func look() {
    switch decoder.damage {
    case nil: return
    case .notAFile: trouble = "is none of the Python module"
    case .unknownRecord(let kind):
      trouble = "has a record of unknown kind \(kind) at byte \(offset)"
    case .undefined: trouble = "uses what it did not define at byte \(offset)"
    case .tooLarge, .noRoom: trouble = "goes beyond the limits at byte \(offset)"
    }
  }

  /// Bytes that were not taken, if they would be.
  var unread: Int {
    var status = stat()
    guard trouble == nil, stat(path, &status) == 0 else { return 0 }
    return max(0, Int(status.st_size) - offset)
  }

  // MARK: After a runner that was killed

  /// Reads the definitions of what was taken before: from the copy, where the file has a hole, and
  /// from the file behind it.
  private mutating func takeUp(
    _ file: Int32,
    _ sink: inout MetricSink,
    _ buffer: inout [UInt8]
  ) throws {
    isTakenUp = true
    let end = sink.offset(of: source)
    guard end > 0 else { return }
    if let copy = SDKFile.copy(at: copyPath), copy.end <= end {
      _ = copy.bytes.withUnsafeBytes { decoder.take($0, onlyDefinitions: true, into: &sink) }
      offset = copy.end
      punched = copy.end
    }
    while offset < end, decoder.damage == nil {
      let count = min(try read(file, at: offset, buffer.count, into: &buffer), end - offset)
      let taken = buffer.withUnsafeBytes {
        decoder.take(
          UnsafeRawBufferPointer(rebasing: $0[..<count]),
          onlyDefinitions: true,
          into: &sink
        )
      }
      guard taken > 0 else { break }
      offset += taken
    }
    look()
    if offset != end, trouble == nil { trouble = "was changed while its runner was gone" }
  }

  /// The definitions that were copied, and up to where they reach.
  private static func copy(at path: String) -> (end: Int, bytes: [UInt8])? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_size >= 16,
      Int(status.st_size) <= SDKDecoder.mostDefinitions + 16
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    guard bytes.withUnsafeMutableBytes({ pread(file, $0.baseAddress, $0.count, 0) }) == bytes.count
    else { return nil }
    let end = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    bytes.removeFirst(8)
    return Int(exactly: end).map { ($0, bytes) }
  }

  // MARK: Space

  /// Gives the space of consumed bytes back, once the points that came of them are on the disk.
  private mutating func punch(_ file: Int32, _ sink: inout MetricSink) throws {
    try sink.sync()
    punched = offset
    var status = stat()
    // A file with a second name is not Lathe's alone.
    guard sink.committed(of: source) == offset, fstat(file, &status) == 0, status.st_nlink == 1
    else { return }
    var copy: [UInt8] = []
    withUnsafeBytes(of: UInt64(offset).littleEndian) { copy += $0 }
    copy += SDKDecoder.magic + decoder.definitions
    let descriptor = open(copyPath + ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    // Without the copy, the file just stays as long as it is.
    guard (try? copy.withUnsafeBytes({ try writeAll($0, to: descriptor, copyPath) })) != nil,
      fdatasync(descriptor) == 0, rename(copyPath + ".new", copyPath) == 0
    else { return }
    _ = lathe_punch(file, off_t(offset & ~4095))
  }

  /// Removes the file when all of it is taken; the series must be safe on disk.
  func remove() {
    var status = stat()
    guard trouble == nil, stat(path, &status) == 0, Int(status.st_size) == offset else { return }
    unlink(path)
    unlink(copyPath)
  }
}
