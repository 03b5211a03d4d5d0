import Documents
import Foundation
import Store

/// A spec as text: fields, each a name, an equals sign, a value and a NUL, as processes have their environment.
///
/// One is written and read for every attempt, and Codable takes longer over it than all else that an agent and its
/// runner do for a short step. What few steps have, such as inputs and limits, is in JSON: the first field then.
struct PackedSpec: Sendable, Equatable {
  let text: Data

  init(text: Data) { self.text = text }

  init(_ spec: AttemptSpec) throws {
    var fields = FieldText()
    var rest = spec
    (rest.environment, rest.keyParts) = ([:], [:])
    if rest == rest.plain {
      fields.add("run", String(spec.run))
      fields.add("step", spec.step)
      fields.add("attempt", String(spec.attempt))
      fields.add("home", spec.home)
      fields.add("state", spec.state)
      fields.add("code", spec.code.hex)
      if let source = spec.source { fields.add("source", source) }
      for argument in spec.arguments { fields.add("argument", argument) }
    } else {
      fields.add("spec", String(decoding: try JSONEncoder.keepingNaN.encode(rest), as: UTF8.self))
    }
    for (name, value) in spec.environment { fields.add("variable", name, "=", value) }
    for (name, digest) in spec.keyParts { fields.add("key", digest.hex, name) }
    fields.add("end", "")
    text = Data(fields.bytes)
  }

  /// Throws an explanation for a text that is none, or not whole.
  func spec() throws -> AttemptSpec {
    if text.first == UInt8(ascii: "{") { return try earlierSpec() }
    var spec = AttemptSpec.nothing
    var isWhole = false
    for field in String(decoding: text, as: UTF8.self).utf8.split(separator: 0) {
      guard let sign = field.firstIndex(of: UInt8(ascii: "=")) else { throw notASpec }
      let value = Substring(field[field.index(after: sign)...])
      switch Substring(field[..<sign]) {
      case "variable": try take(variable: value, &spec)
      case "key": try take(key: value, &spec)
      case "argument": spec.arguments.append(String(value))
      case "run": spec.run = Int(value) ?? 0
      case "step": spec.step = String(value)
      case "attempt": spec.attempt = Int(value) ?? 0
      case "home": spec.home = String(value)
      case "state": spec.state = String(value)
      case "code": spec.code = try digest(value)
      case "source": spec.source = String(value)
      case "spec":
        spec = try JSONDecoder.keepingNaN.decode(AttemptSpec.self, from: Data(value.utf8))
      case "end": isWhole = true
      default: break
      }
    }
    guard isWhole, text.last == 0, spec.attempt > 0 else { throw notASpec }
    return spec
  }

  /// For whoever reads it later, who has no use for them; `spec` is what this one holds.
  func withoutSecrets(of spec: AttemptSpec) throws -> PackedSpec {
    guard !spec.secrets.isEmpty else { return self }
    var open = spec
    for name in spec.secrets { open.environment[name] = nil }
    return try PackedSpec(open)
  }

  private func take(variable: Substring, _ spec: inout AttemptSpec) throws {
    guard let sign = variable.utf8.firstIndex(of: UInt8(ascii: "=")) else { throw notASpec }
    let value = variable[variable.utf8.index(after: sign)...]
    spec.environment[String(variable[..<sign])] = String(value)
  }

  private func take(key: Substring, _ spec: inout AttemptSpec) throws {
    let name = key.utf8.dropFirst(64)
    spec.keyParts[String(Substring(name))] = try digest(key[..<name.startIndex])
  }

  /// As an earlier version wrote it: in JSON, with variables and parts of the key as one text each.
  private func earlierSpec() throws -> AttemptSpec {
    struct Content: Decodable {
      var rest: AttemptSpec
      var environment: String
      var keyParts: String
    }
    let content = try JSONDecoder.keepingNaN.decode(Content.self, from: text)
    var spec = content.rest
    for item in content.environment.utf8.split(separator: 0) {
      try take(variable: Substring(item), &spec)
    }
    for item in content.keyParts.utf8.split(separator: 0) { try take(key: Substring(item), &spec) }
    return spec
  }

  private func digest(_ digits: Substring) throws -> Digest {
    guard let digest = Digest(hex: String(digits)) else { throw notASpec }
    return digest
  }

  private var notASpec: Explanation {
    Explanation(what: "What tells a step runner what to run is not whole.")
  }
}

extension AttemptSpec {
  /// Runs nothing, and has nothing.
  static var nothing: AttemptSpec {
    AttemptSpec(
      run: 0,
      step: "",
      attempt: 0,
      home: "",
      state: "",
      arguments: [],
      environment: [:],
      code: Digest(of: ""),
      inputs: [],
      outputs: [:],
      metrics: []
    )
  }

  /// The same with nothing but what every step has.
  fileprivate var plain: AttemptSpec {
    var plain = AttemptSpec.nothing
    (plain.run, plain.step, plain.attempt) = (run, step, attempt)
    (plain.home, plain.state, plain.code, plain.source) = (home, state, code, source)
    plain.arguments = arguments
    return plain
  }
}

/// `name=value` fields, each with a NUL behind it.
private struct FieldText {
  private(set) var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(2048) }

  /// Of a value, no more than what stands before a NUL: no program would see the rest of it.
  mutating func add(_ name: StaticString, _ parts: String...) {
    name.withUTF8Buffer { bytes += $0 }
    bytes.append(UInt8(ascii: "="))
    for part in parts { bytes += part.utf8.prefix { $0 != 0 } }
    bytes.append(0)
  }
}
