import Foundation
import Testing

@testable import Engine

/// Lines of metrics, whoever wrote them: JSON, Python's dictionaries, pairs.
struct LineScannerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var line: String
    /// Names and values in order; nil where the line is no row.
    var row: String?
    var testDescription: String { line }

    init(_ line: String, _ row: String?) {
      self.line = line
      self.row = row
    }
  }

  private static func text(_ row: borrowing MetricRow) -> String {
    var parts = row.fields.map { field in
      let name = row.names[field.start..<field.start + field.count]
      return "\(String(decoding: name, as: UTF8.self))=\(field.value)"
    }
    if let step = row.step { parts.append("@\(step)") }
    if let time = row.time { parts.append("t\(time)") }
    return parts.joined(separator: " ")
  }

  private static func json(_ line: some Sequence<UInt8>) -> String? {
    var scanner = JSONLineScanner()
    var row = MetricRow()
    return Array(line).withUnsafeBufferPointer { scanner.scan($0, into: &row) } ? text(row) : nil
  }

  private static func pairs(_ line: some Sequence<UInt8>) -> String? {
    var row = MetricRow()
    return Array(line).withUnsafeBufferPointer { AssignmentScanner.scan($0, into: &row) }
      ? text(row) : nil
  }

  @Test(
    arguments: [
      Case(#"{"step": 3, "loss": 0.2}"#, "loss=0.2 @3.0"),
      Case(#" {"loss":1e-3,"acc":.5,"n":-7} "#, "loss=0.001 acc=0.5 n=-7.0"),
      Case(
        #"{"train": {"loss": 1, "deep": {"x": 2}}, "y": 3}"#,
        "train/loss=1.0 train/deep/x=2.0 y=3.0"
      ),
      Case(#"{"a": NaN, "b": Infinity, "c": -Infinity}"#, "a=nan b=inf c=-inf"),
      Case("{'loss': 0.5, 'grad': nan, 'epoch': 1.5}", "loss=0.5 grad=nan @1.5"),
      Case("{'on': True, 'x': None, 'y': 1}", "y=1.0"),
      Case(#"{"epoch": 2, "step": 9, "loss": 1}"#, "epoch=2.0 loss=1.0 @9.0"),
      Case(#"{"iteration": 2, "global_step": 9, "l": 1}"#, "iteration=2.0 l=1.0 @9.0"),
      Case(#"{"timestamp": 1700000000.5, "l": 1}"#, "l=1.0 t1700000000.5"),
      Case(#"{"time": 1700000000500, "l": 1}"#, "l=1.0 t1700000000.5"),
      Case(#"{"time": "10:04", "l": 1, "tags": ["a", {"b": "]"}]}"#, "l=1.0"),
      Case(#"{"a\"bé\ud83c\udf89\/": 1, "größe": 2, "损失": 3}"#, "a\"bé🎉/=1.0 größe=2.0 损失=3.0"),
      Case(#"{"step": NaN, "l": 1}"#, "l=1.0"),
      Case(#"{"in": {"step": 4}, "l": 1}"#, "in/step=4.0 l=1.0"),
      Case("{}", ""),
      Case(#"{"level": "info", "loss": 1}"#, nil),
      Case(#"{"loss": 1, "msg": "epoch done"}"#, nil),
      Case(#"{"level": 3, "loss": 1}"#, "level=3.0 loss=1.0"),
      Case(#"{"train": {"message": "x"}, "loss": 1}"#, "loss=1.0"),
      Case(#"{"loss": 1"#, nil),
      Case(#"{"loss": 1} trailing"#, nil),
      Case(#"{"loss": 1,}"#, nil),
      Case(#"{"loss": one}"#, nil),
      Case(#"{"loss: 1}"#, nil),
      Case(#"{"a": 1 "b": 2}"#, nil),
      Case("{loss: 1}", nil),
      Case("[1, 2]", nil),
      Case("epoch 1 loss=0.5", nil),
      Case("", nil),
    ]
  )
  func `an object of numbers is a row`(example: Case) {
    #expect(Self.json(example.line.utf8) == example.row)
  }

  @Test(
    arguments: [
      Case("loss=0.5 step=3", "loss=0.5 @3.0"),
      Case("train/loss=0.5, acc=1e-1 time=1700000000", "train/loss=0.5 acc=0.1 t1700000000.0"),
      Case("\tloss=nan  acc=-inf\r", "loss=nan acc=-inf"),
      Case(#""my loss"=1 "a=b"=2"#, "my loss=1.0 a=b=2.0"),
      Case("epoch=2 loss=1 # why", "loss=1.0 @2.0"),
      Case("# a comment", ""),
      Case("", ""),
      Case("损失=1", "损失=1.0"),
      Case("loss=", nil),
      Case("loss", nil),
      Case("=1", nil),
      Case("loss=1x", nil),
      Case("loss = 1", nil),
      Case("loss=1 word", nil),
      Case(#""loss=1"#, nil),
    ]
  )
  func `pairs of names and values are a row`(example: Case) {
    #expect(Self.pairs(example.line.utf8) == example.row)
  }

  @Test func `a path is no longer than a name may be, however deep it lies`() {
    let long = String(repeating: "k", count: 200)
    #expect(
      Self.json(#"{"\#(long)": {"a": 1, "\#(long)": {"b": 2}}, "c": 3}"#.utf8)
        == "\(long)/a=1.0 c=3.0"
    )
    let deep = String(repeating: #"{"a":"#, count: 40) + "1" + String(repeating: "}", count: 40)
    #expect(Self.json(deep.utf8) == nil)
  }

  @Test func `numbers are read as the standard library reads them`() {
    var random = Seeded(seed: 3)
    var texts = [
      "0", "-0", "1e22", "1e23", "9007199254740993", "123456789012345678901234567890", "1e400",
      "-1e400", "4.9e-324", "1e-400", "0.30000000000000004", "00012", "1.7976931348623157e308",
      "2.2250738585072011e-308", "0.000000000000000000000000000000000000000000001234",
    ]
    for _ in 0..<5_000 {
      let bits = Double(bitPattern: random.next())
      if !bits.isNaN { texts.append("\(bits)") }
      texts.append("\(Double.random(in: -10...10, using: &random))")
      texts.append(
        "\(Int64.random(in: .min ... .max, using: &random))e\(Int.random(in: -30...30, using: &random))"
      )
    }
    for text in texts {
      var index = 0
      let read = Array(text.utf8).withUnsafeBufferPointer { NumberScanner.scan($0, &index) }
      #expect(index == text.utf8.count, "\(text)")
      let expected = Double(text)
      #expect(
        read?.isNaN == true ? expected?.isNaN == true : read?.bitPattern == expected?.bitPattern,
        "\(text)"
      )
    }
  }

  @Test(arguments: ["", "-", "+", ".", "e5", "-e", "x", "nano", "infinite", "--1", "NaNs"])
  func `what is no number is left alone`(text: String) {
    var index = 0
    let read = Array(text.utf8).withUnsafeBufferPointer { NumberScanner.scan($0, &index) }
    #expect(read == nil)
    #expect(index == 0)
  }

  @Test func `any bytes are a row or none`() {
    var random = Seeded(seed: 11)
    let seeds = [
      #"{"step": 3, "train": {"loss": 0.2e-5}, "x": [1, "]", {}], "é\n": -Infinity}"#,
      #"{'loss': nan, "msg\u12": "a", "t": true}"#, #"loss=0.5 "a b"=1e5, step=3 time=17 # x"#,
    ].map { Array($0.utf8) }
    fuzz(30_000) { round in
      var bytes = seeds[round % seeds.count]
      for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch random.next() % 4 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
        default: bytes.removeLast(min(bytes.count, 3))
        }
      }
      let first = Self.json(bytes)
      #expect(first == Self.json(bytes))
      _ = Self.pairs(bytes)
    }
  }
}
