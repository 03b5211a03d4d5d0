import Foundation

/// Bytes as the Python module writes them.
struct SDKRecords {
  var bytes = Array("LATHEPT1".utf8)

  mutating func name(_ id: UInt32, _ name: String) {
    bytes.append(1)
    add(id)
    add(UInt16(name.utf8.count))
    bytes += name.utf8
  }

  mutating func layout(_ layout: UInt16, _ ids: [UInt32]) {
    bytes.append(3)
    add(layout)
    add(UInt16(ids.count))
    for id in ids { add(id) }
  }

  mutating func points(_ layout: UInt16, step: Double, time: Double, _ values: [Double]) {
    bytes.append(2)
    add(layout)
    for value in [step, time] + values { add(value.bitPattern) }
  }

  mutating func fact(_ json: String) {
    bytes.append(4)
    add(UInt32(json.utf8.count))
    bytes += json.utf8
  }

  mutating func add(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }
}
