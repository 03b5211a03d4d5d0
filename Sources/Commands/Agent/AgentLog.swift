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
    var (bytes, place) = AgentLog.read(path, from: nil)
    let lines = lastLines(tail, of: bytes)
    if session.isJSON {
      let texts = String(decoding: lines, as: UTF8.self).split(separator: "\n").map { String($0) }
      let all = JSON.array(texts.map { .string($0) })
      return session.output.print(["path": JSON(path), "lines": all])
    }
    if bytes.isEmpty, !following { session.errors.print(Line("The agent has said nothing.", .dim)) }
    write(lines)
    guard following else { return }
    waiter.watch.add(session.home.state)
    waiter.watch.add(path)
    while true {
      if case .signal(let number) = waiter.wait(milliseconds: 10_000) {
        throw ExitCode(128 + number)
      }
      waiter.watch.add(path)
      (bytes, place) = AgentLog.read(path, from: place)
      write(bytes)
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
