import CSystem
import Foundation
import Glibc
import Store
import Synchronization

@testable import Engine

/// A runner on a thread of the test, and the agent's end of its channel; its scripts are real processes.
final class RunnerSeat {
  let home: Home
  let root: String
  private let code: Digest
  private let channel: Int32
  private let tellEnd: Int32
  private let isOver: Int32
  private var buffer: [UInt8] = []
  private var isOpen = true

  /// With `isReaper`, the process that this is in must have no other children than the runner's.
  ///
  /// `early` is what the agent does before the runner looks for the first time.
  init(
    isReaper: Bool = false,
    groups: CgroupSite? = nil,
    early: (RunnerSeat) throws -> Void = { _ in }
  ) throws {
    root = try makeTemporaryFolder()
    home = Home(folder: root + "/home")
    try makeFolder(home.folder)
    code = try ObjectStore(home: home, isDurable: false).put(Data(Manifest().text.utf8))
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
      throw SystemFailure("make a socket", errno)
    }
    channel = ends[0]
    var limit = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(channel, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var signals: [Int32] = [-1, -1]
    var over: [Int32] = [-1, -1]
    guard lathe_pipe(&signals) == 0, lathe_pipe(&over) == 0 else {
      throw SystemFailure("make a pipe", errno)
    }
    _ = fcntl(signals[0], F_SETFL, O_NONBLOCK)
    tellEnd = signals[1]
    isOver = over[0]
    let (own, signalEnd, overEnd) = (ends[1], signals[0], over[1])
    let heard = Heard()
    self.heard = heard
    let isAdopted = isReaper && Descendants.adopt()
    try early(self)
    Thread.detachNewThread {
      let site = RunnerSite(
        signals: signalEnd,
        isReaper: isAdopted,
        tell: { request, _ in heard.requests.withLock { $0.append(request) } },
        groups: { groups }
      )
      var status = UInt8(truncatingIfNeeded: Runner.run(RunnerChannel(descriptor: own), site))
      write(overEnd, &status, 1)
      close(overEnd)
      close(signalEnd)
    }
  }

  private let heard: Heard
  private final class Heard: Sendable {
    let requests = Mutex<[AgentRequest]>([])
  }

  var requests: [AgentRequest] { heard.requests.withLock { $0 } }

  deinit {
    hangUp()
    close(tellEnd)
    _ = end()
    close(isOver)
    try? FileManager.default.removeItem(atPath: root)
  }

  func folder(_ step: String) -> AttemptFolder { home.attempt(run: 1, step: step, attempt: 1) }

  /// An attempt of a shell script.
  func spec(_ step: String, _ script: String) -> AttemptSpec {
    let folder = folder(step)
    return AttemptSpec(
      run: 1,
      step: step,
      attempt: 1,
      home: home.folder,
      state: home.state,
      arguments: ["bash", "-c", script],
      environment: [
        "PATH": "/usr/local/bin:/usr/bin:/bin", "LATHE_ATTEMPT": folder.path,
        "LATHE_SDK": folder.sdk, "LATHE_METRICS": folder.metricLines,
      ],
      code: code,
      inputs: [],
      outputs: [:],
      metrics: []
    )
  }

  func order(_ order: RunnerOrder) throws {
    try sendBytes(try Wire.frame(order))
  }

  func sendBytes(_ bytes: [UInt8]) throws {
    _ = bytes.withUnsafeBytes { send(channel, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
  }

  func run(_ spec: AttemptSpec) throws {
    try order(.run(PackedSpec(spec), folder: folder(spec.step).path))
  }

  /// The next report; nil at the channel's end.
  func report() throws -> RunnerReport? {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      if let report = try Wire.takeReport(from: &buffer) { return report }
      let count = recv(channel, &chunk, chunk.count, 0)
      guard count > 0 else { return nil }
      buffer += chunk[..<count]
    }
  }

  /// Runs one attempt to its end.
  func record(of spec: AttemptSpec) throws -> ExitRecord? {
    try run(spec)
    return try ending()
  }

  /// The record of the next attempt that ends.
  func ending() throws -> ExitRecord? {
    while let report = try report() {
      if case .ended(_, let record) = report { return record }
      if case .refused = report { return nil }
    }
    return nil
  }

  /// Closes the channel, as an agent does that dies.
  func hangUp() {
    guard isOpen else { return }
    isOpen = false
    close(channel)
  }

  /// Tells the runner's process to end, as the machine does that is shut down.
  func tellToEnd() {
    var information = [UInt8](repeating: 0, count: 128)
    information[0] = UInt8(SIGTERM)
    _ = write(tellEnd, information, information.count)
  }

  /// Waits for the runner's end; its exit status.
  func end() -> Int32? {
    var status: UInt8 = 0
    return read(isOver, &status, 1) == 1 ? Int32(status) : nil
  }

  func log(_ step: String) -> String {
    (try? String(contentsOfFile: folder(step).log, encoding: .utf8)) ?? ""
  }

  /// Waits until a file is there, or its channel's patience is over.
  func wait(for path: String) -> Bool {
    for _ in 0..<3000 {
      if access(path, F_OK) == 0 { return true }
      usleep(10_000)
    }
    return false
  }
}
