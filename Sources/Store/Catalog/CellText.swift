import Foundation

/// Lists and maps as JSON in a cell: the common forms are written and read in place.
///
/// What a reader here does not understand (escapes, another order) is left to `JSONDecoder`.
enum CellText {
  // MARK: Writing

  static func encode(_ texts: [String]) -> String {
    if texts.isEmpty { return "[]" }
    var json: [UInt8] = [91]
    for (index, text) in texts.enumerated() {
      if index > 0 { json.append(44) }
      append(text, to: &json)
    }
    json.append(93)
    return String(decoding: json, as: UTF8.self)
  }

  static func encode(_ digests: [String: Digest]) -> String {
    encode(digests) { digest, json in
      json.append(34)
      append(digest, to: &json)
      json.append(34)
    }
  }

  static func encode(_ artifacts: [String: Artifact]) -> String {
    encode(artifacts) { artifact, json in
      json += #"{"kind":""#.utf8
      json += artifact.kind.rawValue.utf8
      json += #"","digest":""#.utf8
      append(artifact.digest, to: &json)
      json += #"","size":"#.utf8
      json += String(artifact.size).utf8
      json.append(125)
    }
  }

  static func encode(_ facts: StepFacts) throws -> String {
    facts.isEmpty ? "{}" : String(decoding: try JSONEncoder().encode(facts), as: UTF8.self)
  }

  static func encode(_ gpus: [AssignedGPU]) throws -> String {
    gpus.isEmpty ? "[]" : String(decoding: try JSONEncoder().encode(gpus), as: UTF8.self)
  }

  private static func encode<Value>(
    _ values: [String: Value],
    _ append: (Value, inout [UInt8]) -> Void
  ) -> String {
    if values.isEmpty { return "{}" }
    var json: [UInt8] = [123]
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      if json.count > 1 { json.append(44) }
      self.append(name, to: &json)
      json.append(58)
      append(value, &json)
    }
    json.append(125)
    return String(decoding: json, as: UTF8.self)
  }

  private static func append(_ digest: Digest, to json: inout [UInt8]) {
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { digits in
      digest.write(hex: digits)
      json += digits
    }
  }

  private static func append(_ text: String, to json: inout [UInt8]) {
    json.append(34)
    for byte in text.utf8 {
      switch byte {
      case 34, 92: json += [92, byte]
      case 0..<32: json += String(format: "\\u%04x", byte).utf8
      default: json.append(byte)
      }
    }
    json.append(34)
  }

  // MARK: Reading

  static func texts(_ json: UnsafeRawBufferPointer) throws -> [String] {
    var scanner = Scanner(json)
    return try scanner.list { $0.string() } ?? decode(json)
  }

  static func digests(_ json: UnsafeRawBufferPointer) throws -> [String: Digest] {
    var scanner = Scanner(json)
    return try scanner.map { $0.stringBytes().flatMap(Digest.init(hex:)) } ?? decode(json)
  }

  static func artifacts(_ json: UnsafeRawBufferPointer) throws -> [String: Artifact] {
    var scanner = Scanner(json)
    return try scanner.map { $0.artifact() } ?? decode(json)
  }

  static func facts(_ json: UnsafeRawBufferPointer) throws -> StepFacts {
    json.count <= 2 ? StepFacts() : try decode(json)
  }

  static func gpus(_ json: UnsafeRawBufferPointer) throws -> [AssignedGPU] {
    json.count <= 2 ? [] : try decode(json)
  }

  private static func decode<Value: Decodable>(_ json: UnsafeRawBufferPointer) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(json))
  }

  /// Reads JSON without blanks and escapes; every function answers nil where it sees another form.
  private struct Scanner {
    private let bytes: UnsafeRawBufferPointer
    private var place = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func list<Value>(_ value: (inout Scanner) -> Value?) -> [Value]? {
      guard take(91) else { return nil }
      var values: [Value] = []
      if take(93) { return isAtEnd ? values : nil }
      while true {
        guard let next = value(&self) else { return nil }
        values.append(next)
        if take(93) { return isAtEnd ? values : nil }
        guard take(44) else { return nil }
      }
    }

    mutating func map<Value>(_ value: (inout Scanner) -> Value?) -> [String: Value]? {
      guard take(123) else { return nil }
      var values: [String: Value] = [:]
      if take(125) { return isAtEnd ? values : nil }
      while true {
        guard let name = string(), take(58), let next = value(&self) else { return nil }
        values[name] = next
        if take(125) { return isAtEnd ? values : nil }
        guard take(44) else { return nil }
      }
    }

    mutating func artifact() -> Artifact? {
      guard take(123) else { return nil }
      var kind: Artifact.Kind?
      var digest: Digest?
      var size: Int?
      repeat {
        guard let name = string(), take(58) else { return nil }
        switch name {
        case "kind": kind = string().flatMap(Artifact.Kind.init(rawValue:))
        case "digest": digest = stringBytes().flatMap(Digest.init(hex:))
        case "size": size = number()
        default: return nil
        }
      } while take(44)
      guard take(125), let kind, let digest, let size else { return nil }
      return Artifact(kind: kind, digest: digest, size: size)
    }

    mutating func string() -> String? {
      stringBytes().map { String(decoding: $0, as: UTF8.self) }
    }

    mutating func stringBytes() -> UnsafeRawBufferPointer? {
      guard take(34) else { return nil }
      let start = place
      while place < bytes.count {
        let byte = bytes[place]
        if byte == 92 { return nil }
        place += 1
        if byte == 34 { return UnsafeRawBufferPointer(rebasing: bytes[start..<(place - 1)]) }
      }
      return nil
    }

    private mutating func number() -> Int? {
      var value = 0
      let start = place
      while place < bytes.count, (48...57).contains(bytes[place]), place - start < 18 {
        value = value * 10 + Int(bytes[place] - 48)
        place += 1
      }
      return place > start ? value : nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
      guard place < bytes.count, bytes[place] == byte else { return false }
      place += 1
      return true
    }

    private var isAtEnd: Bool { place == bytes.count }
  }
}
