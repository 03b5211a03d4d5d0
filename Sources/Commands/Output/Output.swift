import Foundation
import Store
package import Terminal

/// The one door through which commands print: a stream, and what the reader at its end can see.
package struct Output: Sendable, Equatable {
  package var descriptor: Int32
  package var isTerminal: Bool
  package var hasColors: Bool

  package init(descriptor: Int32, environment: [String: String]) {
    self.descriptor = descriptor
    isTerminal = isatty(descriptor) == 1
    let refused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    let term = environment["TERM"] ?? ""
    hasColors = isTerminal && !refused && !term.isEmpty && term != "dumb"
  }

  /// Columns and rows of the terminal; nil when nobody looks at one.
  package var size: Size? {
    guard isTerminal else { return nil }
    var window = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0 else {
      return Size(width: 80, height: 24)
    }
    return Size(width: Int(window.ws_col), height: max(2, Int(window.ws_row)))
  }

  package func print(_ line: Line) {
    write((hasColors ? line.colored : line.plain) + "\n")
  }

  package func print(_ lines: [Line]) {
    guard !lines.isEmpty else { return }
    write(lines.map { (hasColors ? $0.colored : $0.plain) + "\n" }.joined())
  }

  package func print(_ json: JSON) { write(json.text + "\n") }

  /// Writes text that is safe by its making: lines, JSON, cursor movements.
  func write(_ text: String) { write(bytes: Array(text.utf8)) }

  /// Writes bytes as they are.
  ///
  /// Never for foreign bytes on a terminal: `logs` uses it for pipes and files only.
  func write(bytes: [UInt8]) { _ = put(bytes) }

  /// Writes bytes of foreign making to a pipe or a file, all of them; throws where they do not fit.
  func writeAll(_ bytes: [UInt8]) throws {
    let code = put(bytes)
    if code != 0 { throw SystemFailure("write to standard output", code) }
  }

  /// The error that kept bytes from being written; 0 when all of them were.
  private func put(_ bytes: [UInt8]) -> Int32 {
    bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let count = Foundation.write(
          descriptor,
          buffer.baseAddress.map { $0 + written },
          buffer.count - written
        )
        if count > 0 {
          written += count
        } else if errno == EAGAIN {
          var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&entry, 1, -1)
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
  }
}
