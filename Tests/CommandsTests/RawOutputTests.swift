import Documents
import Foundation
import Store
import Testing

@testable import Commands

/// Bytes that are not ours on their way out.
struct RawOutputTests {
  @Test func `a full disk is told of where all bytes have to arrive`() throws {
    let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
    try #require(full >= 0)
    defer { close(full) }
    let output = Output(descriptor: full, environment: [:])
    let failure = #expect(throws: SystemFailure.self) { try output.writeAll([1, 2, 3]) }
    #expect(failure?.code == ENOSPC)
    #expect(LatheCommand.code(for: try #require(failure)) == 2)
    try output.writeAll([])
  }

  @Test func `a terminal is not given them`() throws {
    var output = Output(descriptor: -1, environment: [:])
    try GetCommand.refuseTerminal(output)
    output.isTerminal = true
    let refusal = #expect(throws: Explanation.self) { try GetCommand.refuseTerminal(output) }
    #expect(refusal?.next.contains("name a file") == true)
  }

  @Test func `half of a line waits for the other half`() {
    var lines = WholeLines()
    #expect(lines.take(Array("one\ntw".utf8)) == Array("one\n".utf8))
    #expect(lines.take([]) == [])
    #expect(lines.take(Array("o\nthree".utf8)) == Array("two\n".utf8))
    #expect(lines.rest() == Array("three".utf8) && lines.rest().isEmpty)
    // One without an end does not grow without one.
    let long = [UInt8](repeating: 120, count: WholeLines.mostBytes + 1)
    #expect(lines.take(long) == long && lines.rest().isEmpty)
  }
}
