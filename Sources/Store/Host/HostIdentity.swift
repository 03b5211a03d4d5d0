package import Foundation
import Glibc

/// Which machine a process is on, and which of that machine's lives.
package struct HostIdentity: Sendable, Equatable {
  package var name: String
  /// From /etc/machine-id; empty where there is none.
  package var machine: String
  /// The kernel's name of this start; another one after each restart.
  package var boot: String

  package init(name: String, machine: String, boot: String) {
    self.name = name
    self.machine = machine
    self.boot = boot
  }

  /// The machine that this process is on.
  package static let current = HostIdentity(
    name: hostName(),
    machine: word(in: "/etc/machine-id"),
    boot: word(in: "/proc/sys/kernel/random/boot_id")
  )

  /// Whether both are one machine, which may have been restarted or renamed in between.
  package func isSameMachine(as other: HostIdentity) -> Bool {
    // The containers of a machine have names of their own and one kernel, whose locks hold among them.
    if !boot.isEmpty, boot == other.boot { return true }
    if !machine.isEmpty, !other.machine.isEmpty { return machine == other.machine }
    return name == other.name
  }

  /// When this machine was started, by its clock as it is now; nil where the system does not tell.
  package static func bootTime() -> Date? {
    bootTime(in: (try? String(contentsOfFile: "/proc/stat", encoding: .utf8)) ?? "")
  }

  static func bootTime(in stat: String) -> Date? {
    let line = stat.split(separator: "\n").first { $0.hasPrefix("btime ") }
    return line.flatMap { Double($0.dropFirst("btime ".count)) }
      .map { Date(timeIntervalSince1970: $0) }
  }

  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 257)
    guard gethostname(&name, name.count - 1) == 0 else { return "" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func word(in path: String) -> String {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return "" }
    return String(text.prefix(200)).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

/// A time where the reader is, to the minute: "2026-11-22 03:12".
package func minuteText(_ date: Date, in zone: TimeZone = .current) -> String {
  var calendar = Calendar(identifier: .gregorian)
  calendar.timeZone = zone
  let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute], from: date)
  func two(_ number: Int?) -> String { (number ?? 0) < 10 ? "0\(number ?? 0)" : "\(number ?? 0)" }
  return "\(parts.year ?? 0)-\(two(parts.month))-\(two(parts.day)) "
    + "\(two(parts.hour)):\(two(parts.minute))"
}
