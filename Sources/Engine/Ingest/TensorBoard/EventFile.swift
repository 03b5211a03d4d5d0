import Glibc
import Store

/// Reads one TensorBoard event file while it grows.
///
/// A torn record at the end is awaited; one whose data were changed is passed over; a length that
/// was changed ends the file, as nothing after it can be found. Holds no descriptor between calls.
struct EventFile {
  /// What became of the bytes that were not scalars.
  enum Trouble: Equatable {
    /// The length of the record at this byte is not what was written: the rest is not read.
    case broken(offset: Int)
    /// The system does not let it be read, and why.
    case unreadable(String)
    /// Records whose data were changed, or are no event.
    case skipped(Int)
  }

  let path: String
  /// Where the next record begins: what has been taken.
  private(set) var offset: Int
  private(set) var trouble: Trouble?
  /// Set while more can be read at once.
  private(set) var hasMore = false

  private static let chunk = 1 << 20

  init(path: String, offset: Int = 0) {
    self.path = path
    self.offset = offset
  }

  /// Bytes that were not taken, if they would be.
  var unread: Int {
    var status = stat()
    if case .broken = trouble { return 0 }
    return lstat(path, &status) == 0 ? max(0, Int(status.st_size) - offset) : 0
  }

  /// Takes the records that were added since the last call, at most a few megabytes of them.
  ///
  /// `take` gets one event at a time. A file that is gone has nothing more.
  mutating func refresh(_ take: (EventMessage) -> Void) {
    hasMore = false
    if case .broken = trouble { return }
    do { try follow(take) } catch {
      trouble = .unreadable(String(cString: strerror(error.code)))
    }
  }

  private mutating func follow(_ take: (EventMessage) -> Void) throws(SystemFailure) {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
    guard file >= 0 else {
      if errno == ENOENT || errno == ELOOP { return }
      throw SystemFailure("open \(path)", errno)
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
    var buffer: [UInt8] = []
    var wanted = Self.chunk
    // Large records are rare: the buffer grows for one and the call ends after it.
    for _ in 0..<4 {
      let left = Int(status.st_size) - offset
      guard left >= EventRecord.overhead else { return }
      try read(file, min(left, wanted), into: &buffer)
      let needed = buffer.withUnsafeBytes { self.take($0, take) }
      guard let needed else { return }
      if needed > EventRecord.longest + EventRecord.overhead {
        guard left >= needed else { return }
        offset += needed
        wanted = Self.chunk
      } else {
        guard left >= needed else { return }
        wanted = max(Self.chunk, needed)
      }
    }
    hasMore = Int(status.st_size) - offset >= EventRecord.overhead
  }

  /// Takes the whole records at the start of `bytes`.
  ///
  /// Returns how long the first one is that is not whole, as far as that is known; nil when the file
  /// is broken there.
  private mutating func take(
    _ bytes: UnsafeRawBufferPointer,
    _ take: (EventMessage) -> Void
  ) -> Int? {
    var at = 0
    while bytes.count - at >= EventRecord.headerLength {
      let header = UnsafeRawBufferPointer(rebasing: bytes[at..<at + EventRecord.headerLength])
      guard let length = EventRecord.length(header), length < 1 << 40 else {
        trouble = .broken(offset: offset)
        return nil
      }
      let whole = Int(length) + EventRecord.overhead
      guard bytes.count - at >= whole else { return whole }
      let start = at + EventRecord.headerLength
      let data = UnsafeRawBufferPointer(rebasing: bytes[start..<start + Int(length)])
      let trailer = UnsafeRawBufferPointer(rebasing: bytes[start + Int(length)..<at + whole])
      if EventRecord.holds(data, trailer: trailer), let event = try? EventMessage(data) {
        take(event)
      } else {
        skip(1)
      }
      at += whole
      offset += whole
    }
    return EventRecord.overhead
  }

  private mutating func skip(_ count: Int) {
    if case .skipped(let before) = trouble {
      trouble = .skipped(before + count)
    } else {
      trouble = .skipped(count)
    }
  }

  private func read(_ file: Int32, _ count: Int, into buffer: inout [UInt8])
    throws(SystemFailure)
  {
    var number: Int32 = 0
    buffer = [UInt8](unsafeUninitializedCapacity: count) { space, filled in
      while filled < count {
        let rest = UnsafeMutableBufferPointer(rebasing: space[filled..<count])
        let got = pread(file, rest.baseAddress, rest.count, off_t(offset + filled))
        if got < 0, errno == EINTR { continue }
        if got < 0 { number = errno }
        guard got > 0 else { break }
        filled += got
      }
    }
    guard number == 0 else { throw SystemFailure("read \(path)", number) }
  }
}
