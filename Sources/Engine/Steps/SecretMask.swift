/// Replaces secrets in a stream of bytes, however it was torn into reads.
///
/// What may be the beginning of a secret is held back until it is known. Of secrets that begin at the
/// same place, the longest counts.
struct SecretMask {
  /// Shorter ones would be found everywhere.
  static let shortest = 6
  static let cover = Array("***".utf8)

  /// The longest first.
  private let secrets: [[UInt8]]
  private let begins: [Bool]
  private var held: [UInt8] = []

  init(_ secrets: [String]) {
    let bytes = Set(secrets.map { Array($0.utf8) }.filter { $0.count >= SecretMask.shortest })
    self.secrets = bytes.sorted { $0.count > $1.count }
    var begins = [Bool](repeating: false, count: 256)
    for secret in bytes { begins[Int(secret[0])] = true }
    self.begins = begins
  }

  var isEmpty: Bool { secrets.isEmpty }

  /// Takes what arrived, and gives what can be shown of all that has.
  mutating func feed(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    held += bytes
    return give(isEnd: false)
  }

  /// What is left, when no more comes.
  mutating func finish() -> [UInt8] { give(isEnd: true) }

  private mutating func give(isEnd: Bool) -> [UInt8] {
    let data = held
    var shown: [UInt8] = []
    shown.reserveCapacity(data.count)
    var start = 0
    var index = 0
    search: while index < data.count {
      guard begins[Int(data[index])] else {
        index += 1
        continue
      }
      for secret in secrets {
        let count = min(secret.count, data.count - index)
        guard secret[..<count] == data[index..<index + count] else { continue }
        if count < secret.count {
          if isEnd { continue }
          break search
        }
        shown += data[start..<index]
        shown += SecretMask.cover
        index += count
        start = index
        continue search
      }
      index += 1
    }
    shown += data[start..<index]
    held = Array(data[index...])
    return shown
  }
}
