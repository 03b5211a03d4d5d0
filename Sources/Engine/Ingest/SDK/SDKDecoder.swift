/// Decodes the records that the Python module appends to a file of its own.
///
/// After the magic `LATHEPT1`, records follow each other, numbers little-endian:
/// - `1 | u32 id | u16 length | name`: the file's number of a metric;
/// - `3 | u16 layout | u16 k | k x u32 id`: metrics that are logged together;
/// - `2 | u16 layout | f64 step | f64 time | k x f64`: a value of each of them; a step of NaN is the
///   count of the metric's points so far, a time is in seconds since 1970;
/// - `4 | u32 length | JSON`: facts.
///
/// A torn record is awaited; one that no module writes ends the file.
struct SDKDecoder {
  /// What ended the file, at the byte up to which `take` came.
  enum Damage: Equatable {
    case notAFile
    case unknownRecord(UInt8)
    case undefined
    case tooLarge
    /// All files together define more than is kept.
    case noRoom
  }

  static let magic = Array("LATHEPT1".utf8)
  static let longestFact = 1_000_000
  /// More than any record takes.
  static let longestRecord = 1 << 20
  /// Names of one file, and values of all of its layouts together.
  static let mostDefined = 1 << 17
  static let mostInLayouts = 1 << 20
  static let mostDefinitions = 64 << 20

  private(set) var damage: Damage?
  /// Bytes that may still be defined, by this file and all others.
  var room = SDKDecoder.mostDefinitions
  /// The records that define, as they were read: what is needed to read on behind them.
  private(set) var definitions: [UInt8] = []
  private var hasMagic = false
  /// The file's numbers of metrics; -1 for one that is not kept.
  private var ids: [UInt32: Int32] = [:]
  private var layouts: [UInt16: [Int32]] = [:]
  private var inLayouts = 0
  /// The layout of the last points.
  private var last: (number: UInt16, ids: [Int32])?

  /// Takes the whole records at the start of `bytes`; returns their length.
  ///
  /// Stops early when the sink has a batch to write. With `onlyDefinitions`, points and facts are passed
  /// over: they were taken before.
  mutating func take(
    _ bytes: UnsafeRawBufferPointer,
    onlyDefinitions: Bool = false,
    into sink: inout MetricSink
  ) -> Int {
    var at = 0
    if !hasMagic {
      guard takeMagic(bytes) else { return 0 }
      at = SDKDecoder.magic.count
    }
    while damage == nil, at < bytes.count, !sink.isFull {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[at...])
      let length =
        switch rest[0] {
        case 2: points(rest, isNew: !onlyDefinitions, into: &sink)
        case 1: name(rest, into: &sink)
        case 3: layout(rest)
        case 4: fact(rest, isNew: !onlyDefinitions, into: &sink)
        default: fail(.unknownRecord(rest[0]))
        }
      guard let length else { break }
      at += length
    }
    return at
  }

  private mutating func takeMagic(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let count = min(bytes.count, SDKDecoder.magic.count)
    guard bytes[..<count].elementsEqual(SDKDecoder.magic[..<count]) else {
      damage = .notAFile
      return false
    }
    hasMagic = count == SDKDecoder.magic.count
    return hasMagic
  }

  private mutating func fail(_ damage: Damage) -> Int? {
    self.damage = damage
    return nil
  }

  // MARK: Records

  private mutating func name(_ bytes: UnsafeRawBufferPointer, into sink: inout MetricSink) -> Int? {
    guard bytes.count >= 7 else { return nil }
    let length = 7 + Int(SDKDecoder.integer(bytes, 5, UInt16.self))
    guard bytes.count >= length else { return nil }
    guard ids.count < SDKDecoder.mostDefined else { return fail(.tooLarge) }
    guard length <= room else { return fail(.noRoom) }
    room -= length
    let id = bytes[7..<length].withMemoryRebound(to: UInt8.self) {
      sink.id(of: UnsafeBufferPointer(rebasing: $0[...]))
    }
    ids[SDKDecoder.integer(bytes, 1, UInt32.self)] = Int32(id ?? -1)
    definitions.append(contentsOf: bytes[..<length])
    return length
  }

  private mutating func layout(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count >= 5 else { return nil }
    let count = Int(SDKDecoder.integer(bytes, 3, UInt16.self))
    let length = 5 + 4 * count
    guard bytes.count >= length else { return nil }
    inLayouts += count
    guard inLayouts <= SDKDecoder.mostInLayouts else { return fail(.tooLarge) }
    guard length <= room else { return fail(.noRoom) }
    room -= length
    var members: [Int32] = []
    members.reserveCapacity(count)
    for index in 0..<count {
      guard let id = ids[SDKDecoder.integer(bytes, 5 + 4 * index, UInt32.self)] else {
        return fail(.undefined)
      }
      members.append(id)
    }
    layouts[SDKDecoder.integer(bytes, 1, UInt16.self)] = members
    last = nil
    definitions.append(contentsOf: bytes[..<length])
    return length
  }

  private mutating func points(
    _ bytes: UnsafeRawBufferPointer,
    isNew: Bool,
    into sink: inout MetricSink
  ) -> Int? {
    guard bytes.count >= 19 else { return nil }
    let number = SDKDecoder.integer(bytes, 1, UInt16.self)
    if last?.number != number {
      guard let ids = layouts[number] else { return fail(.undefined) }
      last = (number, ids)
    }
    guard let ids = last?.ids else { return nil }
    let length = 19 + 8 * ids.count
    guard bytes.count >= length else { return nil }
    guard isNew else { return length }
    let step = SDKDecoder.double(bytes, 3)
    let told = SDKDecoder.double(bytes, 11)
    let time = told.isFinite ? told : sink.now
    for index in 0..<ids.count {
      let id = Int(ids[index])
      guard id >= 0 else {
        sink.refuse(1)
        continue
      }
      sink.take(
        id,
        step: step.isNaN ? Double(sink.count(of: id)) : step,
        time: time,
        value: SDKDecoder.double(bytes, 19 + 8 * index)
      )
    }
    return length
  }

  private mutating func fact(
    _ bytes: UnsafeRawBufferPointer,
    isNew: Bool,
    into sink: inout MetricSink
  ) -> Int? {
    guard bytes.count >= 5 else { return nil }
    let count = Int(SDKDecoder.integer(bytes, 1, UInt32.self))
    guard count <= SDKDecoder.longestFact else { return fail(.tooLarge) }
    guard bytes.count >= 5 + count else { return nil }
    if isNew {
      bytes[5..<5 + count].withMemoryRebound(to: UInt8.self) {
        sink.take(fact: UnsafeBufferPointer(rebasing: $0[...]))
      }
    }
    return 5 + count
  }

  private static func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer,
    _ offset: Int,
    _ type: Integer.Type
  ) -> Integer {
    Integer(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
  }

  private static func double(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Double {
    Double(bitPattern: integer(bytes, offset, UInt64.self))
  }
}
