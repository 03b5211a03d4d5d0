import Documents
import Foundation
import Glibc
import Store

/// Messages on the agent's socket: a length (4 bytes, big endian) and that many bytes of JSON.
enum Wire {
  /// Larger messages are refused, whoever sends them.
  static let limit = 16 << 20

  static func encode(_ message: some Encodable) throws -> [UInt8] {
    try frame(JSONEncoder().encode(message))
  }

  /// Bytes with their length before them.
  static func frame(_ body: some Collection<UInt8>) throws -> [UInt8] {
    guard body.count <= limit else {
      throw Explanation(
        what: "The request is too large.",
        why: "It has \(body.count) bytes.",
        next: "Use fewer or shorter parameters."
      )
    }
    let count = UInt32(body.count)
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + body
  }

  /// The first whole message of what has arrived, taken off it; nil while it is not whole yet.
  static func take(from buffer: inout [UInt8]) throws -> Data? {
    guard buffer.count >= 4 else { return nil }
    let count = buffer[..<4].reduce(0) { $0 << 8 | Int($1) }
    guard count <= limit else {
      throw Explanation(what: "A message on the agent's socket is too large.")
    }
    guard buffer.count >= 4 + count else { return nil }
    let body = Data(buffer[4..<4 + count])
    buffer.removeFirst(4 + count)
    return body
  }

  /// Calls `body` with the socket's address.
  ///
  /// The path goes by a descriptor of its folder, as an address holds 107 bytes only.
  static func withAddress<R>(
    of socket: String,
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> R
  ) throws -> R {
    let slash = socket.lastIndex(of: "/") ?? socket.startIndex
    let folder = open(String(socket[..<slash]), pathOnly | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw SystemFailure("open \(socket[..<slash])", errno) }
    defer { close(folder) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = "/proc/self/fd/\(folder)/" + socket[socket.index(after: slash)...]
    withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      bytes.copyBytes(from: path.utf8.prefix(bytes.count - 1))
    }
    return withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  /// Linux's O_PATH, which the C library hides without its extensions.
  private static let pathOnly: Int32 = 0o10000000
}
