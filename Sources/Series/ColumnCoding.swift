/// How the steps or the times of a block are kept: as integers of few bytes where that is exact.
///
/// A number is kept as its difference to the least of the block, in `width` bytes. Width 0: the
/// numbers have one distance, which follows from the first, the last and the count. Least, first and
/// last stand in the index.
struct ColumnCoding: Sendable, Equatable {
  /// What the integers are.
  enum Kind: UInt8, Sendable {
    /// None: the numbers stand as they are, in 8 bytes.
    case raw = 0
    /// The numbers themselves.
    case whole = 1
    /// Millionths.
    case microseconds = 2
    /// The bit patterns of numbers that are not negative, in the same order as these.
    case bits = 3
  }

  var kind: Kind
  /// Bytes a number: 0, 1, 2, 4 or 8.
  var width: UInt8

  static let raw = ColumnCoding(kind: .raw, width: 8)

  init(kind: Kind, width: UInt8) {
    self.kind = kind
    self.width = width
  }

  /// In the index: the kind in the high four bits, the width in the low ones.
  var byte: UInt8 { kind.rawValue << 4 | width }

  /// Nil for a byte that no writer writes.
  init?(byte: UInt8) {
    guard let kind = Kind(rawValue: byte >> 4) else { return nil }
    let widths: [UInt8] = kind == .raw ? [8] : [0, 1, 2, 4]
    guard widths.contains(byte & 15) else { return nil }
    self.init(kind: kind, width: byte & 15)
  }

  /// The coding with the fewest bytes that gives back every number bit for bit.
  init(of numbers: [Double], _ extent: AxisExtent) {
    self = .raw
    guard extent.isAllFinite else { return }
    for kind in [Kind.whole, .microseconds, .bits] {
      guard let width = ColumnCoding.width(of: numbers, kind, extent) else { continue }
      if width < self.width { self = ColumnCoding(kind: kind, width: width) }
      if width <= 1 { break }
    }
  }

  /// Nil where the numbers are no such integers, or where these are too far from each other.
  private static func width(of numbers: [Double], _ kind: Kind, _ extent: AxisExtent) -> UInt8? {
    guard let least = integer(extent.min, kind), let greatest = integer(extent.max, kind),
      let integers = integers(numbers, kind), let first = integers.first, let last = integers.last
    else { return nil }
    let stride = stride(first, last, numbers.count)
    var next = first
    var isEven = true
    for integer in integers {
      if integer != next {
        isEven = false
        break
      }
      next = integer &+ stride
    }
    if isEven { return 0 }
    return switch UInt64(bitPattern: greatest &- least) {
    case ..<(1 << 8): 1
    case ..<(1 << 16): 2
    case ..<(1 << 32): 4
    default: nil
    }
  }

  /// Nil where one of them is not exactly such an integer.
  static func integers(_ numbers: [Double], _ kind: Kind) -> [Int64]? {
    var isExact = true
    let integers = [Int64](unsafeUninitializedCapacity: numbers.count) { buffer, filled in
      for number in numbers {
        guard let integer = integer(number, kind) else {
          isExact = false
          return
        }
        buffer[filled] = integer
        filled += 1
      }
    }
    return isExact ? integers : nil
  }

  static func stride(_ first: Int64, _ last: Int64, _ count: Int) -> Int64 {
    count > 1 ? (last &- first) / Int64(count - 1) : 0
  }

  @inline(__always)
  static func integer(_ number: Double, _ kind: Kind) -> Int64? {
    switch kind {
    case .raw: nil
    case .whole: SeriesFormat.whole(number, scale: 1)
    case .microseconds: SeriesFormat.whole(number, scale: SeriesFormat.microsecond)
    case .bits: number.sign == .plus ? Int64(bitPattern: number.bitPattern) : nil
    }
  }
}

/// A column's coding with the numbers that it counts from.
struct Column: Sendable {
  let coding: ColumnCoding
  private var least: Int64 = 0
  private var first: Int64 = 0
  private var stride: Int64 = 0

  /// Numbers as they are.
  init() { coding = .raw }

  /// Nil where what the index says cannot be so.
  init?(_ coding: ColumnCoding, _ extent: AxisExtent, count: Int) {
    self.coding = coding
    guard coding.kind != .raw else { return }
    guard extent.isAllFinite, let least = ColumnCoding.integer(extent.min, coding.kind),
      let first = ColumnCoding.integer(extent.first, coding.kind),
      let last = ColumnCoding.integer(extent.last, coding.kind)
    else { return nil }
    self.least = least
    self.first = first
    stride = ColumnCoding.stride(first, last, count)
  }

  /// Appends the column's bytes.
  func encode(_ numbers: [Double], into bytes: inout [UInt8]) {
    guard coding.width > 0 else { return }
    guard let integers = ColumnCoding.integers(numbers, coding.kind) else {
      return SeriesFormat.append(numbers.map(\.bitPattern), to: &bytes)
    }
    let words = integers.map { UInt64(bitPattern: $0 &- least) }
    switch coding.width {
    case 1: SeriesFormat.append(words.map { UInt8(truncatingIfNeeded: $0) }, to: &bytes)
    case 2: SeriesFormat.append(words.map { UInt16(truncatingIfNeeded: $0) }, to: &bytes)
    default: SeriesFormat.append(words.map { UInt32(truncatingIfNeeded: $0) }, to: &bytes)
    }
  }

  /// The number at a place of the column, whose bytes begin with those of the place `start`.
  @inline(__always)
  func number(at index: Int, in bytes: UnsafeRawBufferPointer) -> Double {
    let word: UInt64 =
      switch coding.width {
      case 0: UInt64(bitPattern: first &- least &+ stride &* Int64(index))
      case 1: UInt64(bytes[index])
      case 2: UInt64(bytes.little(UInt16.self, at: 2 * index))
      case 4: UInt64(bytes.little(UInt32.self, at: 4 * index))
      default: bytes.little(UInt64.self, at: 8 * index)
      }
    let integer = Int64(bitPattern: word) &+ least
    return switch coding.kind {
    case .raw, .bits: Double(bitPattern: UInt64(bitPattern: integer))
    case .whole: Double(integer)
    case .microseconds: Double(integer) / SeriesFormat.microsecond
    }
  }

  /// Appends all numbers of a column.
  func decode(_ bytes: UnsafeRawBufferPointer, count: Int, into numbers: inout [Double]) {
    switch coding.width {
    case 0:
      let base = first &- least
      fill(count, &numbers) { UInt64(bitPattern: base &+ stride &* Int64($0)) }
    case 1: fill(count, &numbers) { UInt64(bytes[$0]) }
    case 2: fill(count, &numbers) { UInt64(bytes.little(UInt16.self, at: 2 * $0)) }
    case 4: fill(count, &numbers) { UInt64(bytes.little(UInt32.self, at: 4 * $0)) }
    default: fill(count, &numbers) { bytes.little(UInt64.self, at: 8 * $0) }
    }
  }

  /// One loop for each kind, so that nothing is decided in it.
  @inline(__always)
  private func fill(_ count: Int, _ numbers: inout [Double], _ word: (Int) -> UInt64) {
    switch coding.kind {
    case .raw: numbers.fill(count) { Double(bitPattern: word($0)) }
    case .bits: numbers.fill(count) { Double(bitPattern: word($0) &+ UInt64(bitPattern: least)) }
    case .whole: numbers.fill(count) { Double(Int64(bitPattern: word($0)) &+ least) }
    case .microseconds:
      numbers.fill(count) {
        Double(Int64(bitPattern: word($0)) &+ least) / SeriesFormat.microsecond
      }
    }
  }
}

extension [Double] {
  /// Appends `count` numbers by their places among these.
  @inline(__always)
  mutating func fill(_ count: Int, _ number: (Int) -> Double) {
    let start = self.count
    append(contentsOf: repeatElement(0, count: count))
    withUnsafeMutableBufferPointer { buffer in
      for index in 0..<count { buffer[start + index] = number(index) }
    }
  }
}

extension UnsafeRawBufferPointer {
  /// The little-endian integer at an offset, which is checked.
  @inline(__always)
  func little<Word: FixedWidthInteger & BitwiseCopyable>(_: Word.Type, at offset: Int) -> Word {
    Word(littleEndian: loadUnaligned(fromByteOffset: offset, as: Word.self))
  }
}
