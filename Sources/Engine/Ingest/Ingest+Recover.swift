import Foundation
import Glibc
import Store

extension Ingest {
  /// Takes in what an attempt acknowledged before its runner was killed, and seals its series.
  ///
  /// Asked when none of the attempt's processes lives any more; takes as long as there is to read.
  /// Nil where the attempt has written nothing.
  static func recover(_ folder: AttemptFolder) throws -> Logged? {
    // Without a log, no script was started.
    guard access(folder.log, F_OK) == 0 else { return nil }
    let spec = try AttemptSpec.read(folder)
    var ingest = try Ingest(folder: folder, spec: spec, isNew: false)
    try ingest.readLog(folder)
    try ingest.finish()
    try ingest.seal()
    // A result that is lost is compared with nothing.
    _ = LoadedModules.take(from: folder)
    for sentence in ingest.takeWarnings() {
      StepLog.append("\n" + StepLog.mark + sentence.replacing("\n", with: " ") + "\n", in: folder)
    }
    return ingest.result(spec)
  }

  /// Takes in all inputs of an attempt as `recover` does, and leaves them as they are.
  ///
  /// Without a spec, no metrics are searched for in the log but those of JSON lines. Returns the
  /// points taken and the time that it took.
  static func measure(_ folder: AttemptFolder) throws -> (points: Int, seconds: Double) {
    let start = monotonicSeconds()
    let spec = (try? AttemptSpec.read(folder)) ?? .nothing
    var ingest = try Ingest(folder: folder, spec: spec, isNew: false, punchSize: .max)
    try ingest.readLog(folder)
    try ingest.finish()
    try ingest.sealSeries()
    return (ingest.sink.points, monotonicSeconds() - start)
  }

  /// Searches the log from where something was found last, with the times that lines arrived at.
  mutating func readLog(_ folder: AttemptFolder) throws {
    guard let log = FileHandle(forReadingAtPath: folder.log) else { return }
    defer { try? log.close() }
    var times = LogTimes(path: folder.times)
    var offset = logOffset
    try log.seek(toOffset: UInt64(offset))
    var splitter = LogLines()
    let mark = Array(StepLog.mark.utf8)
    var now = times.time(of: offset)
    while let piece = try log.read(upToCount: 1 << 16), !piece.isEmpty {
      // A piece of the log was one reading or several: lines get the time of their piece's end at most.
      now = times.time(of: offset)
      offset += piece.count
      piece.withUnsafeBytes { bytes in
        splitter.add(bytes) { line in
          if !line.starts(with: mark) { take(line: line, now: now) }
        }
      }
      try commit(log: offset - splitter.pending)
    }
    splitter.finish { line in
      if !line.starts(with: mark) { take(line: line, now: now) }
    }
    try commit(log: offset)
  }
}

/// When bytes of a log arrived, by the index that stands beside it.
private struct LogTimes {
  private let index: Data
  private var place = 0
  private var last = (time: Date().timeIntervalSince1970, offset: 0)
  private var next: (time: Double, offset: Int)?

  init(path: String) {
    index = (try? Data(contentsOf: URL(filePath: path), options: .alwaysMapped)) ?? Data()
    next = entry()
    if let next { last = next }
  }

  /// Asked with offsets that grow.
  mutating func time(of offset: Int) -> Double {
    while let entry = next, entry.offset <= offset {
      last = entry
      next = self.entry()
    }
    return last.time
  }

  private mutating func entry() -> (time: Double, offset: Int)? {
    guard place < index.count, let end = index[place...].firstIndex(of: 10) else { return nil }
    let fields = String(decoding: index[place..<end], as: UTF8.self).split(separator: " ")
    place = end + 1
    guard fields.count == 2, let time = Double(fields[0]), let offset = Int(fields[1]) else {
      return nil
    }
    return (time, offset)
  }
}
