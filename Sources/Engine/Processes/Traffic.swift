import Glibc

/// What a process, and those of its children that were waited for, moved from and to storage.
struct Traffic: Equatable {
  /// Bytes; nil where the system does not tell.
  var read: Int?
  var written: Int?

  init() {}

  /// Of a process that has not been reaped.
  init(of pid: Int32) {
    guard let text = smallFile("/proc/\(pid)/io") else { return }
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":")
      guard parts.count == 2, let count = Int(parts[1].drop { $0 == " " }) else { continue }
      if parts[0] == "read_bytes" { read = count }
      if parts[0] == "write_bytes" { written = count }
    }
  }

  /// Of a control group's io.stat: a line a device, such as `8:0 rbytes=90 wbytes=4096 rios=1`.
  init(devices text: String) {
    for word in text.split(whereSeparator: \.isWhitespace) {
      let parts = word.split(separator: "=")
      guard parts.count == 2, let count = Int(parts[1]) else { continue }
      if parts[0] == "rbytes" { read = (read ?? 0) &+ count }
      if parts[0] == "wbytes" { written = (written ?? 0) &+ count }
    }
  }

  static func += (sum: inout Traffic, other: Traffic) {
    if let read = other.read { sum.read = (sum.read ?? 0) + read }
    if let written = other.written { sum.written = (sum.written ?? 0) + written }
  }
}

/// The beginning of a small file such as those of /proc; nil when it cannot be read.
func smallFile(_ path: String, limit: Int = 16_384) -> String? {
  let file = open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { return nil }
  defer { close(file) }
  return withUnsafeTemporaryAllocation(byteCount: limit, alignment: 1) { buffer in
    var count = 0
    while count < buffer.count {
      let more = read(file, buffer.baseAddress.map { $0 + count }, buffer.count - count)
      guard more > 0 else { break }
      count += more
    }
    return String(decoding: UnsafeRawBufferPointer(rebasing: buffer[..<count]), as: UTF8.self)
  }
}
