import Documents
import Foundation
import Store

/// What the agent tells one of its runners.
enum RunnerOrder: Sendable, Equatable {
  /// To be run when those before it have ended; the folder exists already.
  case run(PackedSpec, folder: String)
  /// Stops the attempt of a folder for the user; one that has not begun is refused.
  case stop(attempt: String)
  /// The runner ends when what it has is done, as it does when the channel closes.
  case end
}

/// What a runner tells its agent; attempts are named by their folders.
enum RunnerReport: Sendable, Equatable {
  /// The exit record is in place, and nothing of the attempt runs any more.
  case ended(folder: String, ExitRecord)
  /// Watch rules found something, which is in the attempt's marks.
  case watched(folder: String)
  /// The attempt was not begun: somebody else has claimed it, or it is over.
  case refused(folder: String, Refusal)
}

/// Why an attempt was not begun: a sentence, and what brought that about where it was a failure.
struct Refusal: Sendable, Codable, Equatable {
  var reason: String
  var cause: ExitRecord.Cause?

  init(reason: String, cause: ExitRecord.Cause? = nil) {
    (self.reason, self.cause) = (reason, cause)
  }

  init(_ error: any Error) {
    let explanation = Explanation(error)
    reason = [explanation.what, explanation.why].filter { !$0.isEmpty }.joined(separator: " ")
    cause = SystemFailure.isFullDisk(error) ? .diskFull : .setUp
  }
}

/// A message between an agent and its runner: a letter, an attempt's folder, a NUL, and what else belongs to it.
///
/// Both ends are of one version. With every step two of them pass.
extension Wire {
  static func frame(_ order: RunnerOrder) throws -> [UInt8] {
    switch order {
    case .run(let spec, let folder): try frame("r", folder, spec.text)
    case .stop(let folder): try frame("s", folder)
    case .end: try frame("e", "")
    }
  }

  static func frame(_ report: RunnerReport) throws -> [UInt8] {
    switch report {
    case .ended(let folder, let record): try frame(ended: folder, record.json())
    case .watched(let folder): try frame("w", folder)
    case .refused(let folder, let refusal):
      try frame("n", folder, JSONEncoder.keepingNaN.encode(refusal))
    }
  }

  /// A report of `ended`, with its record in JSON.
  static func frame(ended folder: String, _ record: Data) throws -> [UInt8] {
    try frame("d", folder, record)
  }

  /// The first whole report that has arrived, taken off the buffer; nil while it is not whole yet.
  static func takeReport(from buffer: inout [UInt8]) throws -> RunnerReport? {
    guard let (letter, folder, rest) = try takeMessage(from: &buffer) else { return nil }
    return switch letter {
    case "d": .ended(folder: folder, try ExitRecord(json: rest))
    case "w": .watched(folder: folder)
    case "n": .refused(folder: folder, try JSONDecoder.keepingNaN.decode(Refusal.self, from: rest))
    default: throw unknownMessage
    }
  }

  /// The first whole order that has arrived, taken off the buffer; nil while it is not whole yet.
  static func takeOrder(from buffer: inout [UInt8]) throws -> RunnerOrder? {
    guard let (letter, folder, rest) = try takeMessage(from: &buffer) else { return nil }
    return switch letter {
    case "r": .run(PackedSpec(text: rest), folder: folder)
    case "s": .stop(attempt: folder)
    case "e": .end
    default: throw unknownMessage
    }
  }

  private static func frame(
    _ letter: Unicode.Scalar,
    _ folder: String,
    _ rest: Data = Data()
  ) throws -> [UInt8] {
    try frame([UInt8(ascii: letter)] + folder.utf8 + [0] + rest)
  }

  private static func takeMessage(
    from buffer: inout [UInt8]
  ) throws -> (letter: Unicode.Scalar, folder: String, rest: Data)? {
    guard let body = try take(from: &buffer) else { return nil }
    guard let letter = body.first, let end = body.dropFirst().firstIndex(of: 0) else {
      throw unknownMessage
    }
    let folder = String(decoding: body[1..<end], as: UTF8.self)
    return (Unicode.Scalar(letter), folder, body[(end + 1)...])
  }

  private static let unknownMessage = Explanation(
    what: "A message between the agent and a step runner is none."
  )
}
