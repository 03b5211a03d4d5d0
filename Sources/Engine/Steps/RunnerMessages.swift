import Foundation

/// What the agent tells one of its runners.
enum RunnerOrder: Sendable, Codable, Equatable {
  /// To be run when those before it have ended; the folder exists already.
  case run(AttemptSpec, folder: String)
  /// Stops the attempt of a folder for the user; one that has not begun is refused.
  case stop(attempt: String)
  /// The runner ends when what it has is done, as it does when the channel closes.
  case end
}

/// What a runner tells its agent; attempts are named by their folders.
enum RunnerReport: Sendable, Codable, Equatable {
  case claimed(folder: String)
  /// The exit record is in place, and nothing of the attempt runs any more.
  case ended(folder: String, ExitRecord)
  /// Watch rules found something, which is in the attempt's marks.
  case watched(folder: String)
  /// The attempt was not begun: somebody else has claimed it, or it is over.
  case refused(folder: String, reason: String)
}

extension Wire {
  /// A frame with numbers of every kind.
  static func frame(_ order: RunnerOrder) throws -> [UInt8] {
    try encode(order, with: .keepingNaN)
  }

  static func frame(_ report: RunnerReport) throws -> [UInt8] {
    try encode(report, with: .keepingNaN)
  }

  /// The first whole report that has arrived, taken off the buffer; nil while it is not whole yet.
  static func takeReport(from buffer: inout [UInt8]) throws -> RunnerReport? {
    try take(from: &buffer).map { try JSONDecoder.keepingNaN.decode(RunnerReport.self, from: $0) }
  }

  /// The first whole order that has arrived, taken off the buffer; nil while it is not whole yet.
  static func takeOrder(from buffer: inout [UInt8]) throws -> RunnerOrder? {
    try take(from: &buffer).map { try JSONDecoder.keepingNaN.decode(RunnerOrder.self, from: $0) }
  }
}
