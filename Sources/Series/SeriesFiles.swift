internal import Glibc

/// The files of a writer, while it has them open.
///
/// The order of its system calls is what makes a kill at any of them harmless.
struct SeriesFiles: ~Copyable {
  private let folder: String
  /// Its lock says that there is a writer; -1 while the folder is still to be made.
  private var lock: Int32 = -1
  private var journal: Int32 = -1
  private var index: Int32 = -1
  private var blocks: Int32 = -1
  private(set) var generation = 0
  private(set) var indexEnd = 0
  private(set) var blocksEnd = 0
  /// A file was made whose name the disk may not have yet.
  private var hasNewName = false

  /// Whether there was no folder: there is nothing to go on with.
  let isNew: Bool

  /// Makes the folder and takes its lock; with `isLazy`, a folder that is not there yet is made by `open`.
  init(folder: String, isLazy: Bool) throws {
    self.folder = folder
    if isLazy, access(folder, F_OK) != 0 {
      isNew = true
      return
    }
    isNew = mkdir(folder, 0o700) == 0
    if !isNew, errno != EEXIST {
      throw SeriesError.system(call: "mkdir", path: folder, number: errno)
    }
    lock = try SeriesFiles.lock(folder)
  }

  /// Makes the folder, unless it is there.
  mutating func open() throws {
    guard lock < 0 else { return }
    guard mkdir(folder, 0o700) == 0 else {
      // Another writer's: what it holds was not read.
      if errno == EEXIST { throw SeriesError.busy(path: folder) }
      throw SeriesError.system(call: "mkdir", path: folder, number: errno)
    }
    do {
      lock = try SeriesFiles.lock(folder)
    } catch {
      // So that it can be tried again: it is nobody else's.
      rmdir(folder)
      throw error
    }
  }

  private static func lock(_ folder: String) throws -> Int32 {
    let lock = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard lock >= 0 else { throw SeriesError.system(call: "open", path: folder, number: errno) }
    // A program that an earlier writer's process is just starting shares the lock until its exec: that
    // is over in a moment.
    for _ in 0..<500 {
      // A file system without locks is written all the same: an attempt is claimed once.
      guard flock(lock, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else { return lock }
      usleep(1000)
    }
    close(lock)
    throw SeriesError.busy(path: folder)
  }

  deinit {
    for file in [journal, index, blocks, lock] where file >= 0 { close(file) }
  }

  var journalPath: String { SeriesFormat.journal(generation, in: folder) }

  /// Cuts off what no reader counts: torn frames, blocks without an entry, a journal that is sealed.
  mutating func begin(after reader: SeriesReader) throws {
    generation = reader.contents.sealed + 1
    indexEnd = reader.ends.index
    blocksEnd = reader.contents.blocksEnd
    if generation > 0 { unlink(SeriesFormat.journal(generation - 1, in: folder)) }
    try cut(SeriesFormat.index(in: folder), to: indexEnd)
    try cut(SeriesFormat.blocks(in: folder), to: blocksEnd)
    try cut(journalPath, to: reader.ends.journal)
  }

  private func cut(_ path: String, to end: Int) throws {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT, end == 0 { return }
      throw SeriesError.system(call: "stat", path: path, number: errno)
    }
    guard status.st_size >= off_t(end) else {
      throw SeriesError.damaged(path: path, offset: Int(status.st_size))
    }
    guard status.st_size == off_t(end) || truncate(path, off_t(end)) == 0 else {
      throw SeriesError.system(call: "truncate", path: path, number: errno)
    }
  }

  /// Appends to the journal; returns how many bytes it took.
  mutating func append(_ bytes: [UInt8]) throws -> Int {
    if journal < 0 { journal = try make(journalPath, O_WRONLY | O_APPEND) }
    while true {
      let written = bytes.withUnsafeBytes { write(journal, $0.baseAddress, $0.count) }
      if written >= 0 { return written }
      guard errno == EINTR else {
        throw SeriesError.system(call: "write", path: journalPath, number: errno)
      }
    }
  }

  mutating func sync() throws {
    if journal >= 0 { try sync(journal, journalPath) }
    guard hasNewName else { return }
    guard fsync(lock) == 0 else {
      throw SeriesError.system(call: "fsync", path: folder, number: errno)
    }
    hasNewName = false
  }

  /// Puts the blocks and then the index' frame, which says that the journal is sealed, in place.
  mutating func seal(blocks bytes: [UInt8], frame: [UInt8]) throws {
    let blocksPath = SeriesFormat.blocks(in: folder)
    let indexPath = SeriesFormat.index(in: folder)
    if blocks < 0 { blocks = try make(blocksPath, O_WRONLY) }
    if index < 0 { index = try make(indexPath, O_WRONLY) }
    guard indexEnd + frame.count <= SeriesFormat.longestIndex else {
      throw SeriesError.system(call: "write", path: indexPath, number: EFBIG)
    }
    do {
      try put(bytes, at: blocksEnd, blocks, blocksPath)
      try sync(blocks, blocksPath)
      try put(frame, at: indexEnd, index, indexPath)
    } catch {
      ftruncate(index, off_t(indexEnd))
      ftruncate(blocks, off_t(blocksEnd))
      throw error
    }
    // The frame stands: from here on the journal counts for nothing.
    blocksEnd += bytes.count
    indexEnd += frame.count
    let sealed = journalPath
    if journal >= 0 { close(journal) }
    journal = -1
    generation += 1
    // It is kept where the disk cannot say that it has the frame.
    guard fdatasync(index) == 0, !hasNewName || fsync(lock) == 0 else { return }
    hasNewName = false
    unlink(sealed)
  }

  private mutating func make(_ path: String, _ flags: Int32) throws -> Int32 {
    try open()
    let file = Glibc.open(path, flags | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw SeriesError.system(call: "open", path: path, number: errno) }
    hasNewName = true
    return file
  }

  private func put(_ bytes: [UInt8], at offset: Int, _ file: Int32, _ path: String) throws {
    var done = 0
    while done < bytes.count {
      let written = bytes.withUnsafeBytes {
        pwrite(file, $0.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset + done))
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else {
        throw SeriesError.system(call: "write", path: path, number: errno)
      }
      done += written
    }
  }

  private func sync(_ file: Int32, _ path: String) throws {
    guard fdatasync(file) == 0 else {
      throw SeriesError.system(call: "fdatasync", path: path, number: errno)
    }
  }
}
