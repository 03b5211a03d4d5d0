import Foundation
import Glibc
import Series
import Store

/// The log of an attempt and what is found in it: written as it comes, a `write` a read.
struct StepLog: ~Copyable {
  private let log: Int32
  private let times: Int32
  private let folder: AttemptFolder
  private var splitter = LogLines()
  private var scraper: MetricScraper
  private var offset = 0
  /// The last line with something on it, at most 300 bytes of it.
  private(set) var lastLine = ""
  private var lastBytes: [UInt8] = []

  init(folder: AttemptFolder, metrics: [AttemptSpec.Metric]) throws {
    try StepLog.setAside(folder)
    let scraper = try MetricScraper(metrics: metrics, folder: folder.metrics)
    let log = try StepLog.open(folder.log)
    do {
      times = try StepLog.open(folder.times)
    } catch {
      close(log)
      throw error
    }
    self.folder = folder
    self.scraper = scraper
    self.log = log
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
    try? Array(text.utf8).withUnsafeBytes { try write($0, to: descriptor) }
  }

  deinit {
    close(log)
    close(times)
  }

  /// Takes what the script printed: log first, then metrics, both before this returns.
  mutating func add(_ bytes: UnsafeRawBufferPointer) throws {
    let now = Date().timeIntervalSince1970
    try StepLog.write(bytes, to: log)
    let stamp = "\(now) \(offset)\n"
    offset += bytes.count
    splitter.add(bytes) { line in
      scraper.scan(line, time: now)
      if line.contains(where: { $0 > 32 }) { lastBytes = Array(line.prefix(300)) }
    }
    try scraper.flush()
    try Array(stamp.utf8).withUnsafeBytes { try StepLog.write($0, to: times) }
  }

  /// The last line may have no end.
  mutating func finish() throws {
    let now = Date().timeIntervalSince1970
    splitter.finish { line in
      scraper.scan(line, time: now)
      if line.contains(where: { $0 > 32 }) { lastBytes = Array(line.prefix(300)) }
    }
    try scraper.flush()
    lastLine = String(decoding: lastBytes, as: UTF8.self)
  }

  /// Everything that was logged, read back.
  borrowing func series() throws -> [String: SeriesData] {
    var reader = SeriesReader(folder: folder.metrics)
    _ = try reader.refresh()
    var series: [String: SeriesData] = [:]
    for name in reader.names { series[name] = try reader[name]?.allPoints() }
    return series
  }

  /// Space for the exit record, so that a disk that fills up meanwhile cannot keep it from being written.
  private static func setAside(_ folder: AttemptFolder) throws {
    let descriptor = Glibc.open(folder.path + "/reserve", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemFailure("write into \(folder.path)", errno) }
    defer { close(descriptor) }
    let failure = posix_fallocate(descriptor, 0, 65_536)
    if failure == ENOSPC { throw SystemFailure("write into \(folder.path)", failure) }
  }

  private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws {
    var rest = bytes
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw SystemFailure("write the step's log", errno) }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }
}
