/// Numbers of series by the bytes of their names, without making a text of every name that is read.
struct NameTable {
  private var names: [UInt8] = []
  private var entries: [(start: Int, count: Int, hash: UInt64, id: Int)] = []
  /// Places in `entries` by hash, -1 where there is none; at least half of them are free.
  private var slots = [Int32](repeating: -1, count: 64)

  private static let most = 20_000

  func id(of name: UnsafeBufferPointer<UInt8>) -> Int? {
    let hash = NameTable.hash(name)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let entry = entries[Int(slots[slot])]
      if entry.hash == hash, isEqual(entry.start, entry.count, name) { return entry.id }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Adds a name that is not in the table, or leaves it out where the table is full.
  ///
  /// There are more spellings than names: bytes that are no UTF-8 are repaired.
  mutating func add(_ name: UnsafeBufferPointer<UInt8>, id: Int) {
    guard entries.count < NameTable.most else { return }
    entries.append((names.count, name.count, NameTable.hash(name), id))
    names += name
    if 2 * entries.count > slots.count {
      slots = [Int32](repeating: -1, count: 2 * slots.count)
      for index in entries.indices { place(index) }
    } else {
      place(entries.count - 1)
    }
  }

  private mutating func place(_ index: Int) {
    var slot = Int(truncatingIfNeeded: entries[index].hash) & (slots.count - 1)
    while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = Int32(index)
  }

  private func isEqual(_ start: Int, _ count: Int, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
    guard count == name.count else { return false }
    for offset in 0..<count where names[start + offset] != name[offset] { return false }
    return true
  }

  /// FNV-1a, its bits mixed once more for the lower ones.
  private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash ^ hash >> 32
  }
}
