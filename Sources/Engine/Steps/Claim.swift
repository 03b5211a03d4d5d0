import Documents
import Foundation
import Glibc
import Store

/// Who runs an attempt: made once, locked while its runner lives.
struct Claim: Codable, Equatable {
  var pid: Int32
  /// Clock ticks since boot, from /proc: tells a process from a later one of the same number.
  var startTime: UInt64
  var bootID: String
  var host: String
  /// From /etc/machine-id; nil in claims of earlier versions.
  var machine: String?
  /// What is run, where it came over a channel: all behind the file's first line, which it was part of in earlier
  /// versions.
  var spec: AttemptSpec?

  static func ofThisProcess() -> Claim {
    Claim(
      pid: getpid(),
      startTime: ownStartTime,
      bootID: HostIdentity.current.boot,
      host: HostIdentity.current.name,
      machine: HostIdentity.current.machine
    )
  }

  /// Where its runner is, or was.
  var identity: HostIdentity {
    HostIdentity(name: host, machine: machine ?? "", boot: bootID)
  }

  /// Whether the process of its number is the runner: numbers are given away again, and the processes of
  /// another machine or container have others.
  func isProcess(on host: HostIdentity) -> Bool {
    bootID == host.boot && Claim.startTime(of: pid) == startTime
  }

  /// Claims an attempt for this process.
  ///
  /// The file is locked before it gets its name, so nobody ever sees it without its lock. Returns the
  /// descriptor that holds the lock, or nil when somebody else has claimed the attempt.
  static func take(_ attempt: AttemptFolder, for spec: PackedSpec? = nil) throws -> Int32? {
    let bytes = try own.get() + (spec.map { [newline] + $0.text } ?? [])
    return try FirstFile.put(bytes, at: attempt.claim, isLocked: true)
  }

  /// Takes the place of an attempt's claim, so that no runner will ever have it; false when one has.
  ///
  /// Whoever gives up what was never claimed asks this first: of two that come at once, one is first. A
  /// link that leads nowhere is made by one call and needs no space, so that a full disk does not keep
  /// it from being made.
  static func giveUp(_ attempt: AttemptFolder) throws -> Bool {
    try makeFolder(attempt.path)
    if symlink(givenUp, attempt.claim) == 0 { return true }
    guard errno == EEXIST else { throw SystemFailure("write \(attempt.claim)", errno) }
    return isGivenUp(attempt)
  }

  private static let givenUp = "given up"

  private static func isGivenUp(_ attempt: AttemptFolder) -> Bool {
    var facts = stat()
    return lstat(attempt.claim, &facts) == 0 && facts.st_mode & S_IFMT == S_IFLNK
  }

  enum State: Equatable {
    case unclaimed
    /// No runner has it, or ever will.
    case givenUp
    case alive(Claim)
    case dead(Claim?)
  }

  /// Whether an attempt is claimed, and whether its runner lives.
  static func state(of attempt: AttemptFolder) -> State {
    let descriptor = open(attempt.claim, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return isGivenUp(attempt) ? .givenUp : .unclaimed }
    defer { close(descriptor) }
    let claim = read(attempt)
    // Shared, so that two who look at the same time do not take each other for the runner.
    if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return .dead(claim) }
    guard let claim else { return .dead(nil) }
    return .alive(claim)
  }

  /// What the claim says; nil where there is none, or a damaged one.
  static func read(_ attempt: AttemptFolder) -> Claim? {
    guard let data = try? Data(contentsOf: URL(filePath: attempt.claim)) else { return nil }
    let lines = data.split(separator: newline, maxSplits: 1)
    guard let first = lines.first,
      var claim = try? JSONDecoder.keepingNaN.decode(Claim.self, from: first)
    else { return nil }
    if lines.count > 1 { claim.spec = try? PackedSpec(text: lines[1]).spec() }
    return claim
  }

  /// The first line of all claims of this process.
  private static let own = Result { try JSONEncoder.keepingNaN.encode(ofThisProcess()) }
  private static let newline = UInt8(ascii: "\n")
  private static let ownStartTime = startTime(of: getpid()) ?? 0

  /// Field 22 of /proc/PID/stat, counted behind the name, which may hold blanks and brackets.
  static func startTime(of pid: Int32) -> UInt64? {
    guard let text = smallFile("/proc/\(pid)/stat"),
      let bracket = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[text.index(after: bracket)...].split(separator: " ")
    return fields.count > 19 ? UInt64(fields[19]) : nil
  }
}
