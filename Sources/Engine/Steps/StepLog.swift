import Foundation
import Glibc
import Store

/// The log of an attempt: written as it comes, a `write` a read, and cut into lines for the metrics.
struct StepLog: ~Copyable {
  private let log: Int32
  private let logPath: String
  private let clock: StepClock
  private let timesPath: String
  /// Opened with the first of them; -1 before.
  private var times: Int32 = -1
  private var mask: SecretMask
  private var splitter = LogLines()
  private var offset = 0
  private var isAtLineStart = true
  /// What Lathe has to say when the line ends that is being printed.
  private var sentences: [String] = []
  /// Of the last lines the one that tells most of a failure, at most 300 bytes of it; empty where none does.
  private(set) var lastLine = ""
  private var recent = RecentLines()

  /// `secrets` are texts that get into neither log nor lines.
  init(folder: AttemptFolder, secrets: [String] = [], clock: StepClock = StepClock()) throws {
    self.clock = clock
    log = try StepLog.open(folder.log)
    logPath = folder.log
    timesPath = folder.times
    mask = SecretMask(secrets)
  }

  private static func open(_ path: String) throws -> Int32 {
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemFailure("write \(path)", errno) }
    return descriptor
  }

  /// Adds what Lathe itself has to say, where the user will look for it.
  static func append(_ text: String, in folder: AttemptFolder) {
    guard let descriptor = try? open(folder.log) else { return }
    defer { close(descriptor) }
    try? Array(text.utf8).withUnsafeBytes { try writeAll($0, to: descriptor, folder.log) }
  }

  deinit {
    close(log)
    if times >= 0 { close(times) }
  }

  /// Takes what the script printed: log first, then metrics, both before this returns.
  mutating func add(_ bytes: UnsafeRawBufferPointer, into ingest: inout Ingest) throws {
    guard !mask.isEmpty else { return try take(bytes, into: &ingest) }
    let masked = mask.feed(bytes)
    try masked.withUnsafeBytes { try take($0, into: &ingest) }
  }

  private mutating func take(_ bytes: UnsafeRawBufferPointer, into ingest: inout Ingest) throws {
    guard !bytes.isEmpty else { return }
    let now = clock.now
    try write(bytes, now)
    splitter.add(bytes) { line in
      ingest.take(line: line, now: now)
      recent.add(line)
    }
    isAtLineStart = bytes.last == 10
    try ingest.commit(log: offset - splitter.pending)
    try saySentences()
  }

  /// The last line may have no end.
  mutating func finish(into ingest: inout Ingest) throws {
    if !mask.isEmpty {
      let rest = mask.finish()
      try rest.withUnsafeBytes { try take($0, into: &ingest) }
    }
    let now = clock.now
    splitter.finish { line in
      ingest.take(line: line, now: now)
      recent.add(line)
    }
    lastLine = recent.telling
    try ingest.commit(log: offset)
  }

  /// Tells the user something, on lines of its own.
  mutating func say(_ sentences: [String]) throws {
    self.sentences += sentences
    try saySentences()
  }

  /// Tells what waits for a line's end now, as none comes any more.
  mutating func sayAll(_ sentences: [String]) throws {
    guard !(self.sentences + sentences).isEmpty else { return }
    let now = clock.now
    if !isAtLineStart { try Array("\n".utf8).withUnsafeBytes { try write($0, now) } }
    isAtLineStart = true
    try say(sentences)
  }

  private mutating func saySentences() throws {
    guard isAtLineStart, !sentences.isEmpty else { return }
    let text = sentences.map { StepLog.mark + $0.replacing("\n", with: " ") + "\n" }.joined()
    sentences = []
    try Array(text.utf8).withUnsafeBytes { try write($0, clock.now) }
  }

  /// What lines of Lathe's own begin with.
  static let mark = "lathe: "

  private mutating func write(_ bytes: UnsafeRawBufferPointer, _ now: Double) throws {
    try writeAll(bytes, to: log, logPath)
    if times < 0 { times = try StepLog.open(timesPath) }
    let stamp = "\(now) \(offset)\n"
    offset += bytes.count
    try Array(stamp.utf8).withUnsafeBytes { try writeAll($0, to: times, timesPath) }
  }

  /// Space for the exit record, so that a disk that fills up meanwhile cannot keep it from being written.
  static func setAside(_ folder: AttemptFolder) throws {
    let descriptor = Glibc.open(folder.reserve, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemFailure("write into \(folder.path)", errno) }
    defer { close(descriptor) }
    let failure = posix_fallocate(descriptor, 0, 65_536)
    if failure == ENOSPC { throw SystemFailure("write into \(folder.path)", failure) }
  }
}
