import ArgumentParser
import Foundation
import Store
import Terminal

/// Prints the agent's log, and what comes to it.
struct AgentLog {
  let session: Session
  let tail: Int

  private static let most = 1 << 20

  func print(following: Bool) throws {
    let path = session.home.agentLog
    let waiter = Waiter()
    if following {
      // Watched before it is read: what is written in between is noticed.
      waiter.watch.add(session.home.state)
      waiter.watch.add(path)
    }
    var (bytes, place) = AgentLog.read(path, from: nil)
    let last = lastLines(tail, of: bytes)
    if session.isJSON {
      let texts = String(decoding: last, as: UTF8.self).split(separator: "\n").map { String($0) }
      let all = JSON.array(texts.map { .string($0) })
      return session.output.print(["path": JSON(path), "lines": all])
    }
    if bytes.isEmpty, !following { session.errors.print(Line("The agent has said nothing.", .dim)) }
    var lines = WholeLines()
    write(lines.take(last))
    guard following else { return write(lines.rest()) }
    while true {
      repeat {
        (bytes, place) = AgentLog.read(path, from: place)
        write(lines.take(bytes))
      } while !bytes.isEmpty
      if case .signal(let number) = waiter.wait(milliseconds: 10_000) {
        write(lines.rest())
        throw ExitCode(128 + number)
      }
      waiter.watch.add(path)
    }
  }

  private func write(_ bytes: [UInt8]) {
    guard session.output.isTerminal else { return session.output.write(bytes: bytes) }
    var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
    if lines.last?.isEmpty ?? false { lines.removeLast() }
    session.output.print(lines.map { Line(SafeText(hostile: String(decoding: $0, as: UTF8.self))) })
  }

  /// At most a megabyte: from a place on, or the end of the file; with the place behind it.
  private static func read(_ path: String, from place: Int?) -> (bytes: [UInt8], place: Int) {
    guard let file = FileHandle(forReadingAtPath: path), let size = try? file.seekToEnd() else {
      return ([], 0)
    }
    defer { try? file.close() }
    let end = Int(size)
    // One that was cut is read from its beginning.
    let start = place.map { $0 > end ? 0 : $0 } ?? max(0, end - most)
    guard (try? file.seek(toOffset: UInt64(start))) != nil,
      let data = try? file.read(upToCount: most)
    else { return ([], start) }
    return (Array(data), start + data.count)
  }
}

/// Gives bytes on as whole lines: the half of a line is kept until the other one comes.
package struct WholeLines: Sendable, Equatable {
  /// A line that is longer is given on in parts.
  package static let mostBytes = 1 << 16

  private var half: [UInt8] = []

  package init() {}

  /// The lines that these bytes complete.
  package mutating func take(_ bytes: [UInt8]) -> [UInt8] {
    half += bytes
    let end = half.lastIndex(of: 10).map { $0 + 1 } ?? 0
    let count = half.count - end > WholeLines.mostBytes ? half.count : end
    defer { half.removeFirst(count) }
    return Array(half[..<count])
  }

  /// What there is of the last line; empty where it is whole.
  package mutating func rest() -> [UInt8] {
    defer { half = [] }
    return half
  }
}
