import Foundation
import Testing

@testable import Engine

@Suite("TensorBoard event files")
struct EventFolderTests {
  private let folder = EventTestFolder()
  private let file = "events.out.tfevents.1700000000.host"

  /// A record of 72 bytes of data begins so in files of TensorFlow.
  @Test func `the checksum is TensorFlow's`() {
    let length: [UInt8] = [72, 0, 0, 0, 0, 0, 0, 0]
    #expect(length.withUnsafeBytes(EventRecord.masked) == 0x9D48_92FE)
  }

  @Test func `scalars are read with their steps and times`() throws {
    var events = EventBytes()
    events.add(event: EventBytes.fixed64(1, 1.5.bitPattern) + EventBytes.text(3, "brain.Event:2"))
    events.add(tag: "loss", step: 3, time: 1_700_000_003.25, value: 0.5)
    events.add(tag: "loss", step: -2, value: .infinity)
    folder.write(file, events.bytes)
    var followed = EventFolder(path: folder.path)
    let (scalars, troubles) = try followed.readAll()
    #expect(
      scalars == [
        .init(name: "loss", step: 3, time: 1_700_000_003.25, value: 0.5),
        .init(name: "loss", step: -2, time: 1_700_000_000, value: .infinity),
      ]
    )
    #expect(troubles.isEmpty)
  }

  static let tensors: [(String, [UInt8], Double)] = [
    ("float", EventBytes.tensor(1, EventBytes.fixed32(5, Float(1.5).bitPattern)), 1.5),
    ("packed float", EventBytes.tensor(1, EventBytes.message(5, [0, 0, 0xC0, 0x3F])), 1.5),
    ("double", EventBytes.tensor(2, EventBytes.fixed64(6, 0.1.bitPattern)), 0.1),
    ("content", EventBytes.tensor(2, EventBytes.message(4, [0, 0, 0, 0, 0, 0, 0xF0, 0x3F])), 1),
    ("int32", EventBytes.tensor(3, EventBytes.varint(7, UInt64(bitPattern: -7))), -7),
    ("int64", EventBytes.tensor(9, EventBytes.message(10, [0x96, 0x01])), 150),
    ("bool", EventBytes.tensor(10, EventBytes.varint(11, 1)), 1),
    ("bfloat16", EventBytes.tensor(14, EventBytes.varint(13, 0x3FC0)), 1.5),
    ("half", EventBytes.tensor(19, EventBytes.message(4, [0x00, 0xC1])), -2.5),
    ("uint64", EventBytes.tensor(23, EventBytes.varint(17, 9)), 9),
    ("left-out default", EventBytes.tensor(1, []), 0),
  ]

  @Test(arguments: tensors)
  func `a scalar may be a tensor of any type`(_ name: String, _ value: [UInt8], _ number: Double)
    throws
  {
    var events = EventBytes()
    events.add(event: EventBytes.event(step: 1, time: 1, value: value))
    folder.write(file, events.bytes)
    var followed = EventFolder(path: folder.path)
    #expect(try followed.readAll().scalars.map(\.value) == [number])
  }

  @Test func `a tensor of several numbers or of text is no scalar`() throws {
    let wide =
      EventBytes.text(1, "t")
      + EventBytes.message(
        8,
        EventBytes.varint(1, 1)
          + EventBytes.message(2, EventBytes.message(2, EventBytes.varint(1, 3)))
      )
    var events = EventBytes()
    events.add(event: EventBytes.event(step: 1, time: 1, value: wide))
    events.add(
      event: EventBytes.event(
        step: 1,
        time: 1,
        value: EventBytes.tensor(7, EventBytes.text(8, "a"))
      )
    )
    folder.write(file, events.bytes)
    var followed = EventFolder(path: folder.path)
    let (scalars, troubles) = try followed.readAll()
    #expect(scalars.isEmpty && troubles.isEmpty)
  }

  @Test func `a file torn anywhere is awaited, and gives each scalar once`() throws {
    var events = EventBytes()
    for step in 0..<4 { events.add(tag: "loss", step: Int64(step), value: Float(step)) }
    folder.write(file, [])
    var followed = EventFolder(path: folder.path)
    followed.discover()
    var steps: [Double] = []
    for end in 0...events.bytes.count {
      folder.write(file, events.bytes.prefix(end))
      var budget = 1 << 20
      let troubles = followed.refresh(
        budget: &budget,
        { steps.append($0.step) },
        consumed: { _, _ in }
      )
      #expect(troubles.isEmpty)
    }
    #expect(steps == [0, 1, 2, 3])
  }

  @Test func `reading goes on where a reader before has ended`() throws {
    var events = EventBytes()
    events.add(tag: "loss", step: 1, value: 1)
    let first = events.bytes.count
    events.add(tag: "loss", step: 2, value: 2)
    folder.write(file, events.bytes)
    var followed = EventFolder(path: folder.path) { _ in first }
    #expect(try followed.readAll().scalars.map(\.step) == [2])
  }

  @Test
  func `a damaged record is passed over, and a damaged length ends the file; both are told once`()
    throws
  {
    var events = EventBytes()
    for step in 0..<3 { events.add(tag: "loss", step: Int64(step), value: 1) }
    let record = events.bytes.count / 3
    var data = events.bytes
    data[record + 20] ^= 1
    folder.write("a/" + file, data)
    var length = events.bytes
    length[record] ^= 1
    folder.write("b/" + file, length)
    var followed = EventFolder(path: folder.path)
    let (scalars, troubles) = try followed.readAll()
    #expect(scalars.map(\.name) == ["loss", "loss", "b/loss"])
    #expect(
      troubles == [
        "The event file a/\(file) has damaged records; they are left out.",
        "The event file b/\(file) is damaged at byte \(record); the rest is not read.",
      ]
    )
    #expect(try followed.readAll().troubles.isEmpty)
  }

  @Test func `metrics are named by their folders`() throws {
    func write(_ name: String, made: Int) {
      var events = EventBytes()
      events.add(tag: "loss", step: 1, value: Float(made))
      folder.write("\(name)/events.out.tfevents.\(made).host", events.bytes)
    }
    write("logs/train", made: 1)
    write("logs/validation", made: 2)
    write("runs/Nov22_host", made: 3)
    write("runs/second", made: 4)
    write("runs/second/1700000000.25", made: 5)
    var followed = EventFolder(path: folder.path)
    #expect(
      try followed.readAll().scalars.sorted { $0.value < $1.value }.map(\.name)
        == ["train/loss", "validation/loss", "loss", "second/loss", "loss"]
    )
  }

  @Test func `hyperparameters are parameters`() throws {
    func entry(_ name: String, _ value: [UInt8]) -> [UInt8] {
      EventBytes.message(1, EventBytes.text(1, name) + EventBytes.message(2, value))
    }
    let session =
      entry("lr", EventBytes.fixed64(2, 0.1.bitPattern))
      + entry("n", EventBytes.fixed64(2, 3.0.bitPattern))
      + entry("opt", EventBytes.text(3, "adam")) + entry("amp", EventBytes.varint(4, 1))
    let plugin =
      EventBytes.text(1, "hparams") + EventBytes.message(2, EventBytes.message(3, session))
    let value =
      EventBytes.text(1, "_hparams_/session_start_info")
      + EventBytes.message(9, EventBytes.message(1, plugin))
    var events = EventBytes()
    events.add(event: EventBytes.event(step: 0, time: 1, value: value))
    folder.write(file, events.bytes)
    var followed = EventFolder(path: folder.path)
    _ = try followed.readAll()
    #expect(followed.parameters == ["lr": "0.1", "n": "3", "opt": "adam", "amp": "true"])
  }

  @Test func `links and hidden folders are not followed`() throws {
    var events = EventBytes()
    events.add(tag: "loss", step: 1, value: 1)
    let outside = EventTestFolder()
    outside.write(file, events.bytes)
    folder.write(".git/" + file, events.bytes)
    let files = FileManager.default
    try files.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: outside.path)
    try files.createSymbolicLink(
      atPath: folder.path + "/" + file,
      withDestinationPath: outside.path + "/" + file
    )
    var followed = EventFolder(path: folder.path)
    #expect(try followed.readAll().scalars.isEmpty)
  }
}
