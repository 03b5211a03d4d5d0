/// The values that one line logs together, reused from line to line.
///
/// Names lie in one row of bytes, so that a line costs no allocation once the first few were read.
struct MetricRow {
  struct Field {
    var start: Int
    var count: Int
    var value: Double
  }

  /// The longest name that a series may have, in bytes.
  static let longestName = 256

  private(set) var names: [UInt8] = []
  private(set) var fields: [Field] = []
  /// Values whose name is empty or too long.
  private(set) var refused = 0
  private(set) var step: Double?
  /// Seconds since 1970.
  private(set) var time: Double?
  private var stepField: (index: Int, rank: Int)?

  mutating func clear() {
    names.removeAll(keepingCapacity: true)
    fields.removeAll(keepingCapacity: true)
    refused = 0
    step = nil
    time = nil
    stepField = nil
  }

  /// Adds a value under `path` and `name`; one that stands at the line's top may be its step or time.
  mutating func add(path: [UInt8], _ name: UnsafeBufferPointer<UInt8>, _ value: Double) {
    if path.isEmpty {
      if MetricRow.isTime(name) {
        if value.isFinite { time = MetricRow.seconds(value) }
        return
      }
      if let rank = MetricRow.stepRank(name), rank < stepField?.rank ?? .max {
        stepField = (fields.count, rank)
      }
    }
    let count = path.count + name.count
    guard count > 0, count <= MetricRow.longestName else {
      refused += 1
      return
    }
    fields.append(Field(start: names.count, count: count, value: value))
    names += path
    names += name
  }

  /// Takes the step out of the values: of several that could be it, the one that counts finest.
  mutating func finish() {
    guard let found = stepField else { return }
    let value = fields.remove(at: found.index).value
    if !value.isNaN { step = value }
  }

  func holds(_ name: String) -> Bool {
    fields.contains { names[$0.start..<$0.start + $0.count].elementsEqual(name.utf8) }
  }

  private static func stepRank(_ name: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let first = name.first else { return nil }
    switch (name.count, first) {
    case (4, UInt8(ascii: "s")): return equals(name, "step") ? 0 : nil
    case (11, UInt8(ascii: "g")): return equals(name, "global_step") ? 1 : nil
    case (9, UInt8(ascii: "i")): return equals(name, "iteration") ? 2 : nil
    case (5, UInt8(ascii: "e")): return equals(name, "epoch") ? 3 : nil
    default: return nil
    }
  }

  private static func isTime(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    guard name.first == UInt8(ascii: "t") else { return false }
    return equals(name, "time") || equals(name, "timestamp")
  }

  /// Seconds since 1970 of what may be milli-, micro- or nanoseconds: dates before 5138 stay seconds.
  private static func seconds(_ time: Double) -> Double {
    switch abs(time) {
    case ..<1e11: time
    case ..<1e14: time / 1e3
    case ..<1e17: time / 1e6
    default: time / 1e9
    }
  }
}

/// Whether bytes are those of a text.
func equals(_ bytes: UnsafeBufferPointer<UInt8>, _ text: StaticString) -> Bool {
  guard bytes.count == text.utf8CodeUnitCount else { return false }
  for index in bytes.indices where bytes[index] != text.utf8Start[index] { return false }
  return true
}
