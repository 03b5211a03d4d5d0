import Documents
import Foundation

/// A record in JSON, as its file and its agent have it.
///
/// A success that has nothing but numbers to tell is written and read by hand: there is one for every short step, and
/// Codable takes longer over it than the step's folder takes to be made. What either way wrote both ways read.
extension ExitRecord {
  func json() throws -> Data {
    if let numbers { return Data(ExitRecord.text(numbers).utf8) }
    return try JSONEncoder.keepingNaN.encode(self)
  }

  init(json: Data) throws {
    if let numbers = ExitRecord.numbers(json), let plain = ExitRecord(numbers) {
      self = plain
    } else {
      self = try JSONDecoder.keepingNaN.decode(ExitRecord.self, from: json)
    }
  }

  /// In the order of `names`; nil where there is more to tell.
  private var numbers: [Double]? {
    let numbers = [
      cpuSeconds, ended.timeIntervalSinceReferenceDate, Double(peakMemory), Double(readBytes ?? 0),
      started.timeIntervalSinceReferenceDate, Double(writtenBytes ?? 0),
    ]
    return numbers.allSatisfy(\.isFinite) && ExitRecord(numbers) == self ? numbers : nil
  }

  private static let names = [
    "cpuSeconds", "ended", "peakMemory", "readBytes", "started", "writtenBytes",
  ]
  private static let rest =
    #""exitCode":0,"metrics":[],"outputs":{},"sparkline":[],"status":"succeeded"}"#

  private init?(_ numbers: [Double]) {
    guard let peakMemory = Int(exactly: numbers[2]), let readBytes = Int(exactly: numbers[3]),
      let writtenBytes = Int(exactly: numbers[5])
    else { return nil }
    self.init(
      status: .succeeded,
      exitCode: 0,
      started: Date(timeIntervalSinceReferenceDate: numbers[4]),
      ended: Date(timeIntervalSinceReferenceDate: numbers[1]),
      outputs: [:],
      metrics: [],
      sparkline: [],
      peakMemory: peakMemory,
      cpuSeconds: numbers[0],
      readBytes: readBytes,
      writtenBytes: writtenBytes
    )
  }

  private static func text(_ numbers: [Double]) -> String {
    var text = "{"
    for (name, number) in zip(names, numbers) {
      text += "\"\(name)\":\(Int(exactly: number).map { "\($0)" } ?? "\(number)"),"
    }
    return text + rest
  }

  /// What `text` wrote; nil for any other text.
  private static func numbers(_ json: Data) -> [Double]? {
    guard json.count < 512, json.first == UInt8(ascii: "{"),
      json.suffix(rest.utf8.count) == Data(rest.utf8)
    else { return nil }
    let fields = json.dropFirst().dropLast(rest.utf8.count).split(separator: UInt8(ascii: ","))
    guard fields.count == names.count else { return nil }
    var numbers: [Double] = []
    for (name, field) in zip(names, fields) {
      let parts = String(decoding: field, as: UTF8.self).split(separator: ":")
      guard parts.count == 2, parts[0] == "\"\(name)\"", let number = Double(parts[1]),
        number.isFinite
      else { return nil }
      numbers.append(number)
    }
    return numbers
  }
}
