import Foundation
import Glibc
import Store

/// Parameters, summaries and artifacts of one attempt, kept in its `facts` file.
///
/// JSON lines, appended before the points of the same reading are; the last one of a name counts. So
/// it may be told the same fact again after its runner was killed.
struct FactBook {
  /// What a line of the file holds.
  private struct Line: Codable {
    struct Named: Codable {
      var name: String
      var path: String
    }
    var param: [String: String]?
    var summary: [String: FactValue]?
    var artifact: Named?
  }

  private(set) var params: [String: String] = [:]
  private(set) var summary: [String: FactValue] = [:]
  /// Name to path, absolute or relative to the work folder; stored when the script has ended.
  private(set) var artifacts: [String: String] = [:]
  /// Facts that were not kept.
  private(set) var refused = 0

  private let path: String
  private var pending: [UInt8] = []
  private var size = 0
  /// What all kept names and values take.
  private(set) var held = 0

  static let mostOfAKind = 1_000
  static let longestName = 256
  static let longestValue = 4_096
  static let mostBytes = 262_144
  private static let compactAt = 1 << 20

  /// Reads what an earlier runner kept; a torn last line is left out.
  init(path: String) {
    self.path = path
    guard let file = FileHandle(forReadingAtPath: path),
      let data = try? file.read(upToCount: 4 * FactBook.compactAt)
    else { return }
    size = data.count
    for text in data.split(separator: UInt8(ascii: "\n")) {
      guard let line = try? JSONDecoder().decode(Line.self, from: text) else { continue }
      for (name, value) in line.param ?? [:] { set(param: name, value) }
      for (name, value) in line.summary ?? [:] { set(summary: name, value) }
      if let artifact = line.artifact { set(artifact: artifact.name, artifact.path) }
    }
    // A torn line must not swallow the next one.
    pending = data.last.map { $0 == UInt8(ascii: "\n") ? [] : [UInt8(ascii: "\n")] } ?? []
    refused = 0
  }

  /// Takes a fact as the Python module writes it; false when it is none.
  mutating func take(_ json: UnsafeBufferPointer<UInt8>) -> Bool {
    guard case .object(let members)? = FactNode(json) else { return false }
    for (kind, node) in members {
      guard case .object(let entries) = node else { return false }
      switch kind {
      case "param":
        for (name, value) in entries { set(param: name, value.line) }
      case "summary":
        for (name, value) in entries {
          if case .number(let number, _) = value {
            set(summary: name, .number(number))
          } else {
            set(summary: name, .text(value.line))
          }
        }
      case "artifact":
        guard case .text(let name)? = entries["name"], case .text(let path)? = entries["path"]
        else { return false }
        set(artifact: name, path)
      default: return false
      }
    }
    return true
  }

  mutating func set(param name: String, _ value: String) {
    guard params[name] != value, fits(name, value, params[name], params.count) else { return }
    params[name] = value
    keep(Line(param: [name: value]))
  }

  mutating func set(summary name: String, _ value: FactValue) {
    guard summary[name] != value,
      fits(name, value.text, summary[name]?.text, summary.count)
    else { return }
    summary[name] = value
    keep(Line(summary: [name: value]))
  }

  mutating func set(artifact name: String, _ path: String) {
    guard artifacts[name] != path, fits(name, path, artifacts[name], artifacts.count) else {
      return
    }
    artifacts[name] = path
    keep(Line(artifact: Line.Named(name: name, path: path)))
  }

  /// Appends what is new; a file that repeats itself too often is written anew.
  mutating func flush() throws {
    guard !pending.isEmpty else { return }
    if size + pending.count > max(FactBook.compactAt, 4 * held) {
      try compact()
    } else {
      do {
        try FactBook.write(pending, to: path, O_APPEND)
      } catch {
        // What was written of it is a torn line, which ends before it is tried again.
        pending.insert(UInt8(ascii: "\n"), at: 0)
        throw error
      }
      size += pending.count
    }
    pending = []
  }

  /// Waits until the disk has what was written.
  func sync() throws {
    guard size > 0 else { return }
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    guard fdatasync(file) == 0 else { throw SystemFailure("write \(path)", errno) }
  }

  /// Whether a fact is within the limits; it is counted as held then.
  private mutating func fits(_ name: String, _ value: String, _ old: String?, _ count: Int) -> Bool
  {
    let more = value.utf8.count - (old?.utf8.count ?? -name.utf8.count)
    guard !name.isEmpty, name.utf8.count <= FactBook.longestName,
      value.utf8.count <= FactBook.longestValue, old != nil || count < FactBook.mostOfAKind,
      held + more <= FactBook.mostBytes
    else {
      refused += 1
      return false
    }
    held += more
    return true
  }

  private mutating func keep(_ line: Line) {
    guard let bytes = try? JSONEncoder().encode(line) else { return }
    pending += bytes
    pending.append(UInt8(ascii: "\n"))
  }

  private mutating func compact() throws {
    var lines = [Line(param: params), Line(summary: summary)]
    lines += artifacts.map { Line(artifact: Line.Named(name: $0.key, path: $0.value)) }
    var bytes: [UInt8] = []
    for line in lines {
      bytes += try JSONEncoder().encode(line)
      bytes.append(UInt8(ascii: "\n"))
    }
    try FactBook.write(bytes, to: path + ".new", O_TRUNC)
    guard rename(path + ".new", path) == 0 else { throw SystemFailure("write \(path)", errno) }
    size = bytes.count
  }

  private static func write(_ bytes: [UInt8], to path: String, _ flag: Int32) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flag, 0o600)
    guard descriptor >= 0 else { throw SystemFailure("write \(path)", errno) }
    defer { close(descriptor) }
    try bytes.withUnsafeBytes { try writeAll($0, to: descriptor, path) }
  }
}

extension FactValue {
  fileprivate var text: String {
    switch self {
    case .number(let number): "\(number)"
    case .text(let text): text
    }
  }
}

/// Writes all of some bytes.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ name: String) throws {
  var rest = bytes
  while !rest.isEmpty {
    let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { throw SystemFailure("write \(name)", errno) }
    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
  }
}
