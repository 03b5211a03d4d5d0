/// Reads numbers as programs print them, from bytes and without allocating where that is exact.
enum NumberScanner {
  /// Longer ones are no numbers that a program prints.
  static let longest = 400

  /// Reads the number at `start`: decimal digits with point and exponent, or one of `NaN`, `Infinity`
  /// and `inf` in any case, each with an optional sign.
  ///
  /// Moves `start` behind it and returns its nearest double; nil, and `start` stays, where there is none.
  static func scan(_ bytes: UnsafeBufferPointer<UInt8>, _ start: inout Int) -> Double? {
    var index = start
    var isNegative = false
    if index < bytes.count, bytes[index] == minus || bytes[index] == plus {
      isNegative = bytes[index] == minus
      index += 1
    }
    guard index < bytes.count else { return nil }
    if bytes[index] &- zero > 9, bytes[index] != point {
      guard let value = word(bytes, &index) else { return nil }
      start = index
      return isNegative ? -value : value
    }
    guard let value = decimal(bytes, from: start, &index) else { return nil }
    start = index
    return isNegative ? -value : value
  }

  /// The digits from `index` on, without the sign; `start` is where the sign stands.
  private static func decimal(
    _ bytes: UnsafeBufferPointer<UInt8>,
    from start: Int,
    _ index: inout Int
  ) -> Double? {
    var mantissa: UInt64 = 0
    var kept = 0
    var digits = 0
    var exponent = 0
    let first = index
    while index < bytes.count {
      let digit = bytes[index] &- zero
      guard digit <= 9 else { break }
      add(digit, to: &mantissa, &kept, orTo: &exponent, by: 1)
      digits += 1
      index += 1
    }
    if index < bytes.count, bytes[index] == point {
      index += 1
      while index < bytes.count {
        let digit = bytes[index] &- zero
        guard digit <= 9 else { break }
        exponent -= 1
        add(digit, to: &mantissa, &kept, orTo: &exponent, by: 1)
        digits += 1
        index += 1
      }
    }
    guard digits > 0, index - first <= longest else { return nil }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      var behind = index + 1
      if let power = power(bytes, &behind) {
        exponent += power
        index = behind
      }
    }
    // Clinger's fast path: both factors are exact, so the one rounding is the right one.
    if kept < 19, mantissa <= 1 << 53, abs(exponent) <= 22 {
      let value = Double(mantissa)
      return exponent < 0 ? value / powers[-exponent] : value * powers[exponent]
    }
    let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[first..<index]), as: UTF8.self)
    return Double(text)
  }

  private static func add(
    _ digit: UInt8,
    to mantissa: inout UInt64,
    _ kept: inout Int,
    orTo exponent: inout Int,
    by step: Int
  ) {
    if kept < 19 {
      mantissa = mantissa * 10 + UInt64(digit)
      if mantissa > 0 { kept += 1 }
    } else {
      exponent += step
    }
  }

  /// An exponent's sign and digits; nil where there are none.
  private static func power(_ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Int? {
    var isNegative = false
    if index < bytes.count, bytes[index] == minus || bytes[index] == plus {
      isNegative = bytes[index] == minus
      index += 1
    }
    let first = index
    var power = 0
    while index < bytes.count, index - first < longest {
      let digit = bytes[index] &- zero
      guard digit <= 9 else { break }
      power = min(power * 10 + Int(digit), 100_000)
      index += 1
    }
    guard index > first else { return nil }
    return isNegative ? -power : power
  }

  private static func word(_ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Double? {
    for (word, value) in words {
      let end = index + word.utf8CodeUnitCount
      guard end <= bytes.count else { continue }
      var matches = true
      for offset in 0..<word.utf8CodeUnitCount
      where bytes[index + offset] | 0x20 != word.utf8Start[offset] {
        matches = false
        break
      }
      guard matches else { continue }
      if end < bytes.count, isLetterOrDigit(bytes[end]) { continue }
      index = end
      return value
    }
    return nil
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    byte &- zero <= 9 || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
      || byte >= 0x80
  }

  private static let words: [(StaticString, Double)] = [
    ("nan", .nan), ("infinity", .infinity), ("inf", .infinity),
  ]
  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
    1e18, 1e19, 1e20, 1e21, 1e22,
  ]
  private static let zero = UInt8(ascii: "0")
  private static let point = UInt8(ascii: ".")
  private static let minus = UInt8(ascii: "-")
  private static let plus = UInt8(ascii: "+")
}
