internal import Glibc

/// Why a metrics file could not be read or written.
package enum SeriesError: Error, Sendable, Equatable {
  /// `call` failed with an error number of the system.
  case system(call: String, path: String, number: Int32)
  /// The bytes from `offset` on are not what a writer has written.
  case damaged(path: String, offset: Int)
  /// Another writer has the file open.
  case busy(path: String)
  /// The disk took only part of a batch; the rest is written by the next `flush`.
  case partlyWritten(path: String, left: Int)

  package var what: String {
    switch self {
    case .system(let call, let path, _): "The metrics file \(path) failed at \(call)."
    case .damaged(let path, _): "The metrics file \(path) is damaged."
    case .busy(let path): "The metrics file \(path) has a writer already."
    case .partlyWritten(let path, _): "The metrics file \(path) could not be written whole."
    }
  }

  package var why: String {
    switch self {
    case .system(_, _, let number): "\(String(cString: strerror(number)))."
    case .damaged(_, let offset): "Its checksum does not hold from byte \(offset) on."
    case .busy: "A process that writes it still runs."
    case .partlyWritten(_, let left):
      "\(String(cString: strerror(ENOSPC))): \(left) bytes were not taken."
    }
  }

  package var next: String {
    switch self {
    case .system: "Mend what the system says; what was written before is kept."
    case .damaged: "The points before it are shown; run the step again for the rest."
    case .busy: "Wait for it to end."
    case .partlyWritten: "Free some space; writing goes on by itself."
    }
  }
}
