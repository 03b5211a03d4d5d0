import CSystem
import Glibc
import Store

/// The file or fifo that any program writes lines of metrics to, named by `LATHE_METRICS`.
///
/// A line is JSON, or `name=value` pairs. Of a file, the consumed part is given back to the file
/// system where it is Lathe's own; one that was emptied or replaced is read from its beginning.
struct LineInput {
  let path: String
  /// Whether Lathe made the file, and may punch holes into it and remove it.
  let isOwn: Bool
  /// The open fifo, for `poll`; -1 while it is a file, or is not there.
  var fifo: Int32 { isFifo ? file : -1 }

  private var file: Int32 = -1
  private var isFifo = false
  private var inode: ino_t = 0
  /// How much has been read, lines that have not ended among it.
  private var position = 0
  private var rest: [UInt8] = []
  /// Whether a line is being passed over that is too long.
  private var isSkipping = false
  private var punched = 0
  private let punchSize: Int
  private var mayHaveChanged = true
  private var row = MetricRow()
  private var json = JSONLineScanner()
  private var faults = LineFaults()
  private var buffer: [UInt8] = []

  static let longestLine = 1 << 20
  static let source = "metrics.in"
  private static let chunk = 1 << 16

  init(path: String, isOwn: Bool, punchSize: Int) {
    self.path = path
    self.punchSize = punchSize
    self.isOwn = isOwn
  }

  /// Takes note that the file has grown, or that another one may be at its path.
  mutating func notice() { mayHaveChanged = true }

  /// Leaves what lies there already alone: it was written before the attempt began.
  func passOver(noting sink: inout MetricSink) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
      return
    }
    sink.note(LineInput.source, Int(status.st_size))
  }

  /// Makes Lathe's own file, where the script has not done so: it may be a fifo by now, which is not waited for.
  func make() {
    guard isOwn else { return }
    let made = Glibc.open(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0o600)
    if made >= 0 { close(made) }
  }

  /// Opens what has come to the path: a fifo's writer waits for it.
  mutating func look(_ sink: inout MetricSink) {
    if mayHaveChanged, file < 0, !path.isEmpty { open(&sink) }
  }

  /// Takes what was written, about `budget` bytes of it at most; returns whether there is more.
  mutating func drain(into sink: inout MetricSink, budget: inout Int) throws -> Bool {
    guard mayHaveChanged || isFifo else { return false }
    look(&sink)
    guard file >= 0 else {
      mayHaveChanged = false
      return false
    }
    if !isFifo { lookForTruncation() }
    if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: LineInput.chunk) }
    while budget > 0 {
      let place = position
      let (file, isFifo) = (file, isFifo)
      let count = buffer.withUnsafeMutableBytes {
        isFifo
          ? read(file, $0.baseAddress, $0.count)
          : pread(file, $0.baseAddress, $0.count, off_t(place))
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno != EAGAIN { throw SystemFailure("read \(path)", errno) }
      guard count > 0 else {
        if replaced() { continue }
        mayHaveChanged = false
        return false
      }
      position += count
      budget -= count
      try take(count, &sink)
      if !isFifo, buffer[count - 1] == 0 { passHole(&sink) }
      try punch(&sink)
    }
    return true
  }

  /// Bytes of the file that were not taken.
  var unread: Int {
    var status = stat()
    guard !isFifo, file >= 0 ? fstat(file, &status) == 0 : stat(path, &status) == 0,
      status.st_mode & S_IFMT == S_IFREG
    else { return 0 }
    return max(0, Int(status.st_size) - position + rest.count)
  }

  /// Takes the last line, which may have no end.
  mutating func finish(into sink: inout MetricSink) throws {
    guard !rest.isEmpty else { return }
    let line = rest
    rest = []
    try line.withUnsafeBufferPointer { try take(line: $0, &sink) }
    if !isFifo { sink.note(LineInput.source, position) }
    try sink.flush()
  }

  /// Tells how many more lines could not be read than was told while they came.
  func tellFaults(_ sink: inout MetricSink) { faults.end(&sink) }

  /// Closes the file; one of Lathe's own that was taken in is removed.
  mutating func end() {
    var status = stat()
    if isOwn, file >= 0, fstat(file, &status) == 0, Int(status.st_size) == position || isFifo {
      unlink(path)
    } else if isOwn, file < 0, stat(path, &status) == 0, status.st_size == 0 {
      unlink(path)
    }
    shut()
  }

  mutating func shut() {
    if file >= 0 { close(file) }
    file = -1
    isFifo = false
  }

  // MARK: The file

  private mutating func open(_ sink: inout MetricSink) {
    var status = stat()
    guard stat(path, &status) == 0 else { return }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG || kind == S_IFIFO else {
      return sink.warn("in", "LATHE_METRICS names neither a file nor a fifo; it is not read.")
    }
    guard open(kind) else {
      return sink.warn(
        "in",
        "LATHE_METRICS cannot be opened (\(String(cString: strerror(errno)))); it is not read."
      )
    }
    position = isFifo ? 0 : sink.offset(of: LineInput.source)
    punched = position
    if position > 0 { faults.begin(atFirstLine: false) }
  }

  /// Opens what lies at the path, a file or a fifo, to be read from its beginning.
  private mutating func open(_ kind: mode_t) -> Bool {
    // Held for writing too, a fifo does not end when a program closes it, and a file can be punched.
    let flags = O_NONBLOCK | O_CLOEXEC
    var opened = kind == S_IFIFO || isOwn ? Glibc.open(path, O_RDWR | flags) : -1
    if opened < 0, kind == S_IFREG { opened = Glibc.open(path, O_RDONLY | flags) }
    guard opened >= 0 else { return false }
    var status = stat()
    guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == kind else {
      close(opened)
      return false
    }
    shut()
    file = opened
    isFifo = kind == S_IFIFO
    inode = status.st_ino
    begin()
    return true
  }

  private mutating func lookForTruncation() {
    var status = stat()
    guard fstat(file, &status) == 0, Int(status.st_size) < position else { return }
    begin()
  }

  private mutating func begin() {
    position = 0
    punched = 0
    rest = []
    isSkipping = false
    faults.begin(atFirstLine: true)
  }

  /// Goes on behind the hole that begins here, if one does: nobody wrote its zeros, however many.
  private mutating func passHole(_ sink: inout MetricSink) {
    var status = stat()
    guard fstat(file, &status) == 0 else { return }
    let data = lathe_seek_data(file, off_t(position))
    let next = data >= 0 ? Int(data) : errno == ENXIO ? Int(status.st_size) : position
    guard next > position else { return }
    position = next
    rest = []
    isSkipping = true
    note(behind: 0, &sink)
    sink.warn("hole", "LATHE_METRICS has a hole; the line that it is in is left out.")
  }

  /// Goes on with the file that has taken this one's place, once this one is read.
  private mutating func replaced() -> Bool {
    var status = stat()
    guard mayHaveChanged, stat(path, &status) == 0, status.st_ino != inode else { return false }
    let kind = status.st_mode & S_IFMT
    return (kind == S_IFREG || kind == S_IFIFO) && open(kind)
  }

  private mutating func punch(_ sink: inout MetricSink) throws {
    guard isOwn, !isFifo, position - rest.count - punched >= punchSize else { return }
    try sink.sync()
    punched = position - rest.count
    // A file that a link leads to, or that has a second name, is not Lathe's alone.
    var (own, status) = (stat(), stat())
    guard lstat(path, &own) == 0, fstat(file, &status) == 0, own.st_ino == status.st_ino,
      own.st_dev == status.st_dev, status.st_nlink == 1
    else { return }
    let consumed = sink.committed(of: LineInput.source)
    _ = lathe_punch(file, off_t(consumed & ~4095))
  }

  // MARK: Lines

  private mutating func take(_ count: Int, _ sink: inout MetricSink) throws {
    let bytes = buffer
    try bytes.withUnsafeBufferPointer { bytes in
      var start = 0
      while start < count, let base = bytes.baseAddress {
        guard let end = memchr(base + start, 10, count - start) else { break }
        let stop = UnsafeRawPointer(end) - UnsafeRawPointer(base)
        let part = UnsafeBufferPointer(rebasing: bytes[start..<stop])
        if isSkipping {
          isSkipping = false
        } else if rest.isEmpty {
          try take(line: part, &sink)
        } else {
          rest += part
          let line = rest
          rest.removeAll(keepingCapacity: true)
          try line.withUnsafeBufferPointer { try take(line: $0, &sink) }
        }
        faults.endLine()
        start = stop + 1
        if sink.isFull {
          note(behind: count - start, &sink)
          try sink.flush()
        }
      }
      if !isSkipping { rest += bytes[start..<count] }
      if rest.count > LineInput.longestLine {
        rest = []
        isSkipping = true
        sink.warn("long", "A line of LATHE_METRICS is longer than 1 MiB and is left out.")
      }
    }
    note(behind: 0, &sink)
  }

  private func note(behind left: Int, _ sink: inout MetricSink) {
    if !isFifo { sink.note(LineInput.source, position - left - rest.count) }
  }

  private mutating func take(
    line: UnsafeBufferPointer<UInt8>,
    _ sink: inout MetricSink
  ) throws {
    if json.scan(line, into: &row) || AssignmentScanner.scan(line, into: &row) {
      sink.take(row)
    } else {
      faults.add(line, to: &sink)
    }
  }
}
