import Documents
import Foundation
import Glibc
import Store

extension ExitRecord {
  /// Puts the record in place; the first one stays.
  ///
  /// It is in the system's memory then: the agent has the disk take many at once before it builds on them.
  /// On a full disk, one that is larger than what was set aside for it goes without most of its metrics.
  ///
  /// `json` is the record's own, where it was made before.
  func publish(_ json: Data? = nil, in attempt: AttemptFolder) throws {
    // The space set aside is given back first: the record fits even on a full disk.
    unlink(attempt.reserve)
    do {
      try ExitRecord.write(json ?? self.json(), in: attempt)
    } catch  where SystemFailure.isFullDisk(error) {
      var short = self
      short.metrics = Array(metrics.prefix(100))
      short.facts = nil
      try ExitRecord.write(short.json(), in: attempt)
    }
  }

  private static func write(_ bytes: Data, in attempt: AttemptFolder) throws {
    if let descriptor = try FirstFile.put(bytes, at: attempt.exit) { close(descriptor) }
  }

  /// The record of an attempt that has ended; nil while there is none.
  static func read(_ attempt: AttemptFolder) -> ExitRecord? {
    guard let data = try? Data(contentsOf: URL(filePath: attempt.exit)) else { return nil }
    return try? ExitRecord(json: data)
  }
}
