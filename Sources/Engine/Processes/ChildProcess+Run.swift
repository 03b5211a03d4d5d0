import CSystem
import Glibc
import Store

extension ChildProcess {
  /// Runs a program to its end and hands over each line that it prints, both streams together.
  ///
  /// Blocks. After `timeout` seconds the program's session gets SIGTERM, and five seconds later
  /// SIGKILL. What it leaves running in its session is killed when it ends.
  package static func run(
    _ arguments: [String],
    environment: [String: String],
    folder: String,
    timeout: Double,
    onLine: (String) throws -> Void
  ) throws -> ChildExit {
    try runInBatches(arguments, environment: environment, folder: folder, timeout: timeout) {
      for line in $0 { try onLine(line) }
    }
  }

  /// Runs a program as `run` does and hands over its lines 50 at a time, or what came in 100 ms.
  package static func runInBatches(
    _ arguments: [String],
    environment: [String: String],
    folder: String,
    timeout: Double,
    onLines: ([String]) throws -> Void
  ) throws -> ChildExit {
    var splitter = LineSplitter()
    var batch: [String] = []
    var batchStart = 0.0
    func hand(_ lines: [String]) throws {
      if batch.isEmpty { batchStart = monotonicSeconds() }
      batch += lines
      if batch.count >= 50 || monotonicSeconds() - batchStart >= 0.1 { try handOver() }
    }
    func handOver() throws {
      guard !batch.isEmpty else { return }
      defer { batch.removeAll() }
      try onLines(batch)
    }
    let child = try start(arguments, environment: environment, folder: folder)
    let exit = try child.wait(
      timeout: timeout,
      pause: { batch.isEmpty ? nil : 0.1 },
      onPause: { try handOver() },
      onBytes: { try hand(splitter.feed($0)) }
    )
    if let last = splitter.finish() { batch.append(last) }
    try handOver()
    return exit
  }

  /// Runs a program to its end and keeps the beginning of what it printed, both streams together.
  ///
  /// `limit` is in bytes; what comes after it is read and dropped.
  package static func collect(
    _ arguments: [String],
    environment: [String: String],
    folder: String,
    timeout: Double,
    limit: Int = 1_048_576
  ) throws -> (exit: ChildExit, output: String) {
    var kept: [UInt8] = []
    let child = try start(arguments, environment: environment, folder: folder)
    let exit = try child.wait(timeout: timeout) {
      kept.append(contentsOf: $0.prefix(limit - kept.count))
    }
    return (exit, String(decoding: kept, as: UTF8.self))
  }

  /// Waits for the end, reading the output meanwhile; closes it, and always reaps the process.
  private func wait(
    timeout: Double,
    pause: () -> Double? = { nil },
    onPause: () throws -> Void = {},
    onBytes: (ArraySlice<UInt8>) throws -> Void
  ) throws -> ChildExit {
    let ending = lathe_pidfd_open(pid)
    var status: Int32 = 0
    var isReaped = false
    defer {
      if !isReaped {
        killSession(SIGKILL)
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
      }
      if ending >= 0 { close(ending) }
      close(output)
    }
    guard ending >= 0 else { throw SystemFailure("watch a process", errno) }
    var buffer = [UInt8](repeating: 0, count: 65536)
    var deadline = monotonicSeconds() + timeout
    var isTimedOut = false
    var isOpen = true
    while true {
      let left = deadline - monotonicSeconds()
      if left <= 0 {
        killSession(isTimedOut ? SIGKILL : SIGTERM)
        isTimedOut = true
        deadline = monotonicSeconds() + 5
        continue
      }
      var watched = [
        pollfd(fd: ending, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isOpen ? output : -1, events: Int16(POLLIN), revents: 0),
      ]
      let rest = min(left, pause() ?? left, 3600)
      let count = poll(&watched, 2, Int32((rest * 1000).rounded(.up)))
      if count == 0 { try onPause() }
      guard count > 0 else { continue }
      if watched[1].revents != 0 { isOpen = try read(into: &buffer, most: 16, onBytes) }
      if watched[0].revents != 0 { break }
    }
    // The process is a zombie until it is reaped, so that its id still names its session.
    killSession(SIGKILL)
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    isReaped = true
    // What a pipe holds is bounded; a process that left the session may go on writing.
    if isOpen { _ = try read(into: &buffer, most: 64, onBytes) }
    return isTimedOut ? .timedOut : ChildExit(status: status)
  }

  /// Reads what is there, at most so many buffers; false at the end of the output.
  private func read(
    into buffer: inout [UInt8],
    most rounds: Int,
    _ onBytes: (ArraySlice<UInt8>) throws -> Void
  ) throws -> Bool {
    for _ in 0..<rounds {
      let count = Glibc.read(output, &buffer, buffer.count)
      if count == 0 { return false }
      if count < 0 { return errno == EAGAIN || errno == EINTR }
      try onBytes(buffer[0..<count])
    }
    return true
  }

  /// Signals the process's group, and every process that is in another group of its session.
  private func killSession(_ signal: Int32) {
    kill(-pid, signal)
    for member in Self.processes() where member != pid && getsid(member) == pid {
      kill(member, signal)
    }
  }

  /// The ids of all processes of this machine.
  package static func processes() -> [Int32] {
    guard let folder = opendir("/proc") else { return [] }
    defer { closedir(folder) }
    var ids: [Int32] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let id = Int32(name) { ids.append(id) }
    }
    return ids
  }
}

/// Seconds of a clock that never jumps.
func monotonicSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
