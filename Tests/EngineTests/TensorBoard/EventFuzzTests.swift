import Foundation
import Testing

@testable import Engine

@Suite("TensorBoard event files, damaged")
struct EventFuzzTests {
  @Test func `no bytes in an event end the reader`() {
    var random = Seeded(seed: 7)
    let seeds = [
      EventBytes.event(
        step: 5,
        time: 1,
        value: EventBytes.text(1, "loss") + EventBytes.fixed32(2, 1)
      ),
      EventBytes.event(step: 5, time: 1, value: EventBytes.tensor(2, EventBytes.fixed64(6, 1))),
    ]
    fuzz(500) { round in
      var bytes = round % 4 == 0 ? [] : seeds[round % seeds.count]
      for _ in 0..<Int(random.next() % 8) {
        let at = Int(random.next() % UInt64(bytes.count + 1))
        switch random.next() % 3 {
        case 0: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
        case 1 where at < bytes.count: bytes.remove(at: at)
        default: if at < bytes.count { bytes[at] = UInt8(truncatingIfNeeded: random.next()) }
        }
      }
      let event = bytes.withUnsafeBytes { try? EventMessage($0) }
      #expect((event?.scalars.count ?? 0) <= bytes.count)
    }
  }

  @Test func `no bytes in a file end the reader, and what stands before is read`() throws {
    var random = Seeded(seed: 11)
    let folder = EventTestFolder()
    var events = EventBytes()
    for step in 0..<20 { events.add(tag: "loss", step: Int64(step), value: 1) }
    let record = events.bytes.count / 20
    try fuzz(500) { _ in
      var bytes = events.bytes
      let at = Int(random.next() % UInt64(bytes.count))
      bytes[at] ^= UInt8(truncatingIfNeeded: random.next() | 1)
      folder.write("tfevents", bytes)
      var followed = EventFolder(path: folder.path)
      let scalars = try followed.readAll().scalars
      #expect(scalars.prefix(at / record).map(\.step) == (0..<at / record).map(Double.init))
      #expect(scalars.count == 19 || scalars.count == at / record)
    }
  }
}
