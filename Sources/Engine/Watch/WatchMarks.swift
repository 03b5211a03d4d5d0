import Documents
import Foundation
import Glibc
package import Pipelines
package import Store

/// The findings of an attempt's watch rules, on disk: a line of JSON each, only ever appended to.
///
/// The step runner writes them; the agent makes alerts of them, and charts mark the curve with them.
package enum WatchMarks {
  private static let longestFile = 4 << 20

  /// Appends findings with one `write`.
  static func add(_ findings: [WatchFinding], in folder: AttemptFolder) throws {
    let encoder = JSONEncoder.keepingNaN
    var bytes: [UInt8] = []
    for finding in findings { bytes += Array(try encoder.encode(finding)) + [10] }
    let file = open(folder.marks, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw SystemFailure("write \(folder.marks)", errno) }
    defer { close(file) }
    guard bytes.withUnsafeBytes({ write(file, $0.baseAddress, $0.count) }) == bytes.count else {
      throw SystemFailure("write \(folder.marks)", errno)
    }
  }

  /// The findings so far, in order; lines that are none are passed over.
  package static func read(_ folder: AttemptFolder) -> [WatchFinding] {
    guard let file = FileHandle(forReadingAtPath: folder.marks),
      let bytes = try? file.read(upToCount: longestFile)
    else { return [] }
    let decoder = JSONDecoder.keepingNaN
    return bytes.split(separator: 10).compactMap {
      try? decoder.decode(WatchFinding.self, from: $0)
    }
  }
}
