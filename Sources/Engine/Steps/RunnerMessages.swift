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

/// A spec as text: in JSON, with each of its maps of texts as one text.
///
/// Codable takes longer over a map of thirty names than over all the rest of a spec.
struct PackedSpec: Sendable, Equatable {
  let json: Data

  init(json: Data) { self.json = json }

  init(_ spec: AttemptSpec) throws { json = try JSONEncoder.keepingNaN.encode(Content(spec)) }

  func spec() throws -> AttemptSpec {
    try JSONDecoder.keepingNaN.decode(Content.self, from: json).spec
  }

  /// For whoever reads it later, who has no use for them; `spec` is what this one holds.
  func withoutSecrets(of spec: AttemptSpec) throws -> PackedSpec {
    guard !spec.secrets.isEmpty else { return self }
    var open = spec
    for name in spec.secrets { open.environment[name] = nil }
    return try PackedSpec(open)
  }

  private struct Content: Codable {
    var rest: AttemptSpec
    /// `NAME=VALUE`, each with a NUL behind it.
    var environment: String
    /// A digest's 64 digits and the part's name, each with a NUL behind it.
    var keyParts: String

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
}

/// What a runner tells its agent; attempts are named by their folders.
enum RunnerReport: Sendable, Equatable {
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

/// A message between an agent and its runner: a letter, an attempt's folder, a NUL, and what else belongs to it
/// in JSON.
///
/// Both ends are of one version. With every step five of them pass, and most have nothing to say in JSON.
extension Wire {
  static func frame(_ order: RunnerOrder) throws -> [UInt8] {
    switch order {
    case .run(let spec, let folder): try frame("r", folder, spec.json)
    case .stop(let folder): try frame("s", folder)
    case .end: try frame("e", "")
    }
  }

  static func frame(_ report: RunnerReport) throws -> [UInt8] {
    switch report {
    case .claimed(let folder): try frame("c", folder)
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
    let decoder = JSONDecoder.keepingNaN
    return switch letter {
    case "c": .claimed(folder: folder)
    case "d": .ended(folder: folder, try decoder.decode(ExitRecord.self, from: rest))
    case "w": .watched(folder: folder)
    case "n": .refused(folder: folder, try decoder.decode(Refusal.self, from: rest))
    default: throw unknownMessage
    }
  }

  /// The first whole order that has arrived, taken off the buffer; nil while it is not whole yet.
  static func takeOrder(from buffer: inout [UInt8]) throws -> RunnerOrder? {
    guard let (letter, folder, rest) = try takeMessage(from: &buffer) else { return nil }
    return switch letter {
    case "r": .run(PackedSpec(json: rest), folder: folder)
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
