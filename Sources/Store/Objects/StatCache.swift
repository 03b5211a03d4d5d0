import Glibc
import Synchronization

/// What files were found to hold when they were last read: a digest by its file's stamp.
///
/// A file of pages of slots, at a place that device and inode give; several processes read and write it
/// at once without a lock: each slot carries a sum of itself, so that a torn or damaged one counts as
/// none. It may be removed at any time, and holds no more than its size: older entries give way.
package final class StatCache: Sendable {
  let path: String
  private let open: Mutex<Open>

  /// A cache in a file, which is made when it is needed.
  ///
  /// `memory`: pages of 4 KiB that it keeps in mind. What others write there meanwhile is not seen, so
  /// that more than one are for those only that look at much in a short time.
  package init(path: String, memory: Int = 1) {
    self.path = path
    open = Mutex(Open(memory: memory))
  }

  /// The digest of a file that has not changed since it was read.
  package func digest(of stamp: FileStamp) -> Digest? {
    slot(of: stamp).flatMap { $0.stamp == stamp ? $0.digest : nil }
  }

  /// What the file held when it was read, whatever happened since: worth a comparison, no more.
  func guess(of stamp: FileStamp) -> Digest? { slot(of: stamp)?.digest }

  /// What the last large file of a size held: a step that ran again often makes the same.
  func guess(ofSize size: Int) -> Digest? { slot(of: StatCache.name(ofSize: size))?.digest }

  /// Remembers what a file holds that was read after `time`, unless it is too young to be trusted.
  package func record(_ digest: Digest, of stamp: FileStamp, readAt time: Int64) {
    // A racy stamp is never equal to a later one that is to be trusted; it is still a good guess.
    let kept =
      stamp.isRacy(at: time)
      ? FileStamp(device: stamp.device, inode: stamp.inode, size: -1, modified: 0, changed: 0)
      : stamp
    record(Slot(stamp: kept, digest: digest, time: time))
  }

  /// Remembers what an object was found to hold.
  ///
  /// Its stamp counts however young it is: nobody but the store writes there.
  func record(_ digest: Digest, ofObject stamp: FileStamp) {
    record(Slot(stamp: stamp, digest: digest, time: FileStamp.now))
  }

  func record(_ digest: Digest, ofSize size: Int) {
    record(Slot(stamp: StatCache.name(ofSize: size), digest: digest, time: FileStamp.now))
  }

  /// No device has this number.
  private static func name(ofSize size: Int) -> FileStamp {
    FileStamp(
      device: .max,
      inode: UInt64(truncatingIfNeeded: size) &<< 4,
      size: size,
      modified: 0,
      changed: 0
    )
  }

  // MARK: Slots

  private func slot(of stamp: FileStamp) -> Slot? {
    open.withLock { open in
      guard open.load(path, page: StatCache.page(of: stamp), isFresh: false) else { return nil }
      for index in 0..<StatCache.slots {
        if let slot = open.slot(index, inode: stamp.inode), slot.stamp.device == stamp.device {
          return slot
        }
      }
      return nil
    }
  }

  private func record(_ slot: Slot) {
    open.withLock { open in
      // What another process wrote meanwhile is seen, and mostly kept.
      guard open.load(path, page: StatCache.page(of: slot.stamp), isFresh: true) else { return }
      var chosen = 0
      var oldest = Int64.max
      for index in 0..<StatCache.slots {
        guard let found = open.slot(index) else {
          if oldest > .min { (chosen, oldest) = (index, .min) }
          continue
        }
        if found.stamp.device == slot.stamp.device && found.stamp.inode == slot.stamp.inode {
          if found.stamp == slot.stamp && found.digest == slot.digest { return }
          chosen = index
          break
        }
        if found.time < oldest { (chosen, oldest) = (index, found.time) }
      }
      open.write(slot, at: chosen)
    }
  }

  private static let pageSize = 4_096
  private static let slotSize = 96
  private static let slots = pageSize / slotSize
  /// As many pages of data, behind one with the head: 1.4 million files, in a file with holes.
  private static let pages: UInt64 = 1 << 15
  private static let head = Array("lathe stat cache 2, 32768 pages of 42 slots\n".utf8)

  /// Files that were made together have neighbouring inodes, and so one page; two such groups have room
  /// in one.
  private static func page(of stamp: FileStamp) -> UInt64 {
    mix(stamp.device &* 0x9E37_79B9_7F4A_7C15 ^ (stamp.inode >> 4)) % pages
  }

  /// SplitMix64's finaliser.
  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  private struct Slot {
    var stamp: FileStamp
    var digest: Digest
    /// When the file was read.
    var time: Int64

    init(stamp: FileStamp, digest: Digest, time: Int64) {
      self.stamp = stamp
      self.digest = digest
      self.time = time
    }

    init?(_ bytes: UnsafeRawBufferPointer) {
      func word(_ index: Int) -> UInt64 {
        bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
      }
      guard word(10) == Slot.sum(bytes) else { return nil }
      stamp = FileStamp(
        device: word(0),
        inode: word(1),
        size: Int(truncatingIfNeeded: word(2)),
        modified: Int64(bitPattern: word(3)),
        changed: Int64(bitPattern: word(4))
      )
      digest = Digest(words: (word(5), word(6), word(7), word(8)))
      time = Int64(bitPattern: word(9))
    }

    func write(to bytes: UnsafeMutableRawBufferPointer) {
      let words = [
        stamp.device, stamp.inode, UInt64(bitPattern: Int64(stamp.size)),
        UInt64(bitPattern: stamp.modified), UInt64(bitPattern: stamp.changed), digest.words.0,
        digest.words.1, digest.words.2, digest.words.3, UInt64(bitPattern: time), 0, 0,
      ]
      for (index, word) in words.enumerated() {
        bytes.storeBytes(of: word, toByteOffset: index * 8, as: UInt64.self)
      }
      bytes.storeBytes(
        of: Slot.sum(UnsafeRawBufferPointer(bytes)),
        toByteOffset: 80,
        as: UInt64.self
      )
    }

    /// Over the first ten words; an empty slot's is not zero.
    private static func sum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
      var sum: UInt64 = 0x6C61_7468_6531_0000
      for index in 0..<10 {
        sum = mix(sum ^ bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
      }
      return sum
    }
  }

  /// The open file and the pages that were looked at last.
  private struct Open: ~Copyable {
    private let memory: Int
    private var descriptor: Int32 = -1
    private var isRefused = false
    /// Where the page at hand begins in `bytes`, and which one it is.
    private var start = 0
    private var page: UInt64 = .max
    private var bytes: [UInt8] = []
    /// The places of pages in `bytes`, counted in pages.
    private var places: [UInt64: Int] = [:]

    init(memory: Int) { self.memory = memory }

    deinit {
      if descriptor >= 0 { close(descriptor) }
    }

    /// Whether the page is at hand.
    mutating func load(_ path: String, page: UInt64, isFresh: Bool) -> Bool {
      guard isOpen(path) else { return false }
      if page == self.page && !isFresh { return true }
      if let place = places[page], !isFresh {
        (self.page, start) = (page, place * pageSize)
        return true
      }
      let place = places[page] ?? room()
      if bytes.isEmpty {
        // A page of it is touched when it is filled, and not before.
        bytes = Array(unsafeUninitializedCapacity: memory * pageSize) { $1 = memory * pageSize }
      }
      start = place * pageSize
      let offset = off_t((page + 1) * UInt64(pageSize))
      let count = bytes.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress.map { $0 + start }, pageSize, offset)
      }
      guard count == pageSize else {
        self.page = .max
        places = [:]
        return false
      }
      self.page = page
      places[page] = place
      return true
    }

    /// A place for one more page; when there is none, all begin anew.
    private mutating func room() -> Int {
      if places.count >= memory { places = [:] }
      return places.count
    }

    func slot(_ index: Int, inode: UInt64? = nil) -> Slot? {
      bytes.withUnsafeBytes { bytes in
        let slot = UnsafeRawBufferPointer(
          rebasing: bytes[(start + index * slotSize)..<(start + (index + 1) * slotSize)]
        )
        if let inode, slot.loadUnaligned(fromByteOffset: 8, as: UInt64.self) != inode {
          return nil
        }
        return Slot(slot)
      }
    }

    /// A full disk is no error: the file is then read again next time.
    mutating func write(_ slot: Slot, at index: Int) {
      let offset = off_t((page + 1) * UInt64(pageSize)) + off_t(index * slotSize)
      bytes.withUnsafeMutableBytes { bytes in
        let place = UnsafeMutableRawBufferPointer(
          rebasing: bytes[(start + index * slotSize)..<(start + (index + 1) * slotSize)]
        )
        slot.write(to: place)
        _ = pwrite(descriptor, place.baseAddress, slotSize, offset)
      }
    }

    private mutating func isOpen(_ path: String) -> Bool {
      if descriptor >= 0 { return true }
      if isRefused { return false }
      switch Open.existing(path) {
      case .whole(let opened): descriptor = opened
      case .none, .foreign:
        descriptor = Open.made(path)
        isRefused = descriptor < 0
      // Too many open files, say: it is not replaced for that, and looked for again.
      case .unknown: break
      }
      return descriptor >= 0
    }

    private enum Found {
      case whole(Int32)
      case none, foreign, unknown
    }

    /// Opens the file when it is one of this format, whole.
    private static func existing(_ path: String) -> Found {
      let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
      guard descriptor >= 0 else {
        switch errno {
        case ENOENT: return .none
        case ELOOP, EISDIR, ENXIO: return .foreign
        default: return .unknown
        }
      }
      var facts = stat()
      let found = withUnsafeTemporaryAllocation(byteCount: head.count, alignment: 1) { buffer in
        pread(descriptor, buffer.baseAddress, head.count, 0) == head.count
          && buffer.elementsEqual(head)
      }
      if found, fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG,
        facts.st_size == off_t((pages + 1) * UInt64(pageSize))
      {
        return .whole(descriptor)
      }
      close(descriptor)
      return .foreign
    }

    /// Makes a new file in the place of what may be there.
    private static func made(_ path: String) -> Int32 {
      let temporary = "\(path).\(getpid()).\(UInt64.random(in: 0 ... .max))"
      let descriptor = Glibc.open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { return -1 }
      if ftruncate(descriptor, off_t((pages + 1) * UInt64(pageSize))) == 0,
        pwrite(descriptor, head, head.count, 0) == head.count, rename(temporary, path) == 0
      {
        return descriptor
      }
      unlink(temporary)
      close(descriptor)
      return -1
    }
  }
}
