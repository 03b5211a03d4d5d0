import Documents
import Foundation
import Store

/// What the agent tells one of its runners.
enum RunnerOrder: Sendable, Codable, Equatable {
  /// To be run when those before it have ended; the folder exists already.
  case run(PackedSpec, folder: String)
  /// Stops the attempt of a folder for the user; one that has not begun is refused.
  case stop(attempt: String)
  /// The runner ends when what it has is done, as it does when the channel closes.
  case end
}

/// A spec as it goes over a channel: each of its maps of texts is one text.
///
/// Codable takes longer over a map of thirty names than over all the rest of a spec.
struct PackedSpec: Sendable, Codable, Equatable {
  private var rest: AttemptSpec
  /// `NAME=VALUE`, each with a NUL behind it.
  private var environment: String
  /// A digest's 64 digits and the part's name, each with a NUL behind it.
  private var keyParts: String

  init(_ spec: AttemptSpec) {
    rest = spec
    rest.environment = [:]
    rest.keyParts = [:]
    environment = ""
    for (name, value) in spec.environment {
      // A program would see no more of it than what stands before a NUL.
      environment +=
        "\(name)=\(value.utf8.contains(0) ? value.prefix { $0 != "\0" } : value[...])\0"
    }
    keyParts = ""
    for (name, digest) in spec.keyParts { keyParts += "\(digest.hex)\(name)\0" }
  }

  var spec: AttemptSpec {
    var spec = rest
    for item in environment.utf8.split(separator: 0) {
      guard let sign = item.firstIndex(of: UInt8(ascii: "=")) else { continue }
      spec.environment[text(item[..<sign])] = text(item[item.index(after: sign)...])
    }
    for item in keyParts.utf8.split(separator: 0) {
      spec.keyParts[text(item.dropFirst(64))] = Digest(hex: text(item.prefix(64)))
    }
    return spec
  }

  private func text(_ bytes: Substring.UTF8View) -> String { String(Substring(bytes)) }
}

/// What a runner tells its agent; attempts are named by their folders.
enum RunnerReport: Sendable, Codable, Equatable {
  case claimed(folder: String)
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
