package import Curves
import Glibc
import Store

/// The place of a curve whose log is wanted.
package struct LogPlace: Sendable, Hashable {
  package enum At: Sendable, Hashable {
    case step(Double)
    /// Seconds since 1970.
    case time(Double)
  }

  package var series: SeriesKey
  package var at: At
}

/// The times of a log's lines on disk: a line of text each, `seconds offset`, ascending.
enum LogTimesFile {
  /// Where the line begins that was printed last at a time; nil where nothing was printed by then.
  static func offset(at time: Double, in path: String) -> Int? {
    last(in: path) { $0.time <= time }?.offset
  }

  /// When what stands at an offset was printed; nil where that is not known.
  static func time(of offset: Int, in path: String) -> Double? {
    last(in: path) { $0.offset <= offset }?.time
  }

  /// The last entry of which something holds that holds of all before it.
  ///
  /// Halves the file until few lines are left, so that a log of gigabytes costs a handful of reads.
  private static func last(
    in path: String,
    where holds: ((time: Double, offset: Int)) -> Bool
  ) -> (time: Double, offset: Int)? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { return nil }
    var (low, high) = (0, Int(status.st_size))
    while high - low > 4096 {
      let middle = (low + high) / 2
      let bytes = read(file, from: middle, count: 256)
      guard let end = bytes.firstIndex(of: 10), let entry = entries(bytes[(end + 1)...]).first
      else {
        break
      }
      if holds(entry) { low = middle + end + 1 } else { high = middle }
    }
    let rest = read(file, from: low, count: high - low + 256)
    return entries(rest[...]).last(where: holds)
  }

  /// Only lines that are there to their ends.
  private static func entries(_ bytes: ArraySlice<UInt8>) -> [(time: Double, offset: Int)] {
    guard let end = bytes.lastIndex(of: 10) else { return [] }
    return bytes[..<end].split(separator: 10).compactMap { line in
      let fields = String(decoding: line, as: UTF8.self).split(separator: " ")
      guard fields.count == 2, let time = Double(fields[0]), let offset = Int(fields[1]) else {
        return nil
      }
      return (time, offset)
    }
  }

  static func read(_ file: Int32, from start: Int, count: Int) -> [UInt8] {
    let room = min(max(0, count), 1 << 20)
    return [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
      filled = max(0, pread(file, buffer.baseAddress, room, start))
    }
  }
}
