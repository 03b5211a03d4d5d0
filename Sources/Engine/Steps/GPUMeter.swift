import Glibc

/// What `nvidia-smi` tells of a step's GPUs every two seconds: read from one process that goes on.
///
/// It is not trusted: lines that are none, values that cannot be and what comes too fast are passed over,
/// and one that floods its reader is ended.
struct GPUMeter {
  private let child: ChildProcess
  private let uuids: [String]
  private let start: Double
  private var isOpen = true
  private var isReaped = false
  private var line: [UInt8] = []
  private var taken = 0
  /// When values of each GPU were taken last.
  private var times: [Double]

  /// Seconds between two of its answers, and the least between two that are taken.
  private static let interval = 2
  private static let pace = 0.5
  private static let lineLimit = 512
  /// Bytes that it may print at once, and a second.
  private static let burst = 65_536
  private static let rate = 16_384.0

  /// Starts one for the GPUs of a step; nil where there is nothing to ask, or nobody.
  ///
  /// `nvidia-smi` tells this of whole GPUs only, not of MIG devices.
  init?(_ uuids: [String], environment: [String: String], now: Double) {
    let whole = uuids.filter { $0.hasPrefix("GPU-") }
    guard !whole.isEmpty else { return nil }
    let query = "uuid,utilization.gpu,memory.used,power.draw,temperature.gpu"
    let child = try? ChildProcess.start(
      [
        "nvidia-smi", "--query-gpu=\(query)", "--format=csv,noheader,nounits",
        "-l", String(GPUMeter.interval), "-i", whole.joined(separator: ","),
      ],
      // The mark, so that it is found should its runner die.
      environment: environment.filter { ["PATH", "LATHE_ATTEMPT"].contains($0.key) },
      folder: "/"
    )
    guard let child else { return nil }
    self.child = child
    self.uuids = uuids
    start = now
    times = uuids.map { _ in -.infinity }
  }

  var pid: Int32 { child.pid }
  /// For `poll`; -1 when nothing comes any more.
  var descriptor: Int32 { isOpen ? child.output : -1 }

  /// Takes what has come: values by the names of their metrics.
  mutating func read(at now: Double) -> [(name: String, value: Double)] {
    guard isOpen else { return [] }
    var buffer = [UInt8](repeating: 0, count: 8192)
    let count = Glibc.read(child.output, &buffer, buffer.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return [] }
    taken += max(0, count)
    guard count > 0, Double(taken) <= Double(GPUMeter.burst) + GPUMeter.rate * (now - start) else {
      end()
      return []
    }
    var values: [(name: String, value: Double)] = []
    for byte in buffer[..<count] {
      if byte == 10 {
        values += GPUMeter.values(String(decoding: line, as: UTF8.self), uuids) { number in
          guard now - times[number] >= GPUMeter.pace else { return false }
          times[number] = now
          return true
        }
        line.removeAll(keepingCapacity: true)
      } else if line.count < GPUMeter.lineLimit {
        line.append(byte)
      }
    }
    return values
  }

  /// The values of one line; none where it is of another GPU, or of one that is not due.
  ///
  /// The step's GPUs count from 0, as CUDA shows them to it.
  static func values(
    _ line: String,
    _ uuids: [String],
    isDue: (Int) -> Bool = { _ in true }
  ) -> [(name: String, value: Double)] {
    let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.filter { $0 != " " && $0 != "\r" } }
    guard fields.count == 5, let number = uuids.firstIndex(of: fields[0]), isDue(number) else {
      return []
    }
    let quantities: [(String, ClosedRange<Double>, Double)] = [
      ("utilization", 0...100, 1), ("memory", 0...1e9, 1_048_576), ("power", 0...1e5, 1),
      ("temperature", -100...1000, 1),
    ]
    return zip(quantities, fields.dropFirst()).compactMap { quantity, field in
      // What the driver cannot tell is "[N/A]".
      guard let value = Double(field), quantity.1.contains(value) else { return nil }
      return ("\(Sampler.prefix)gpu.\(number).\(quantity.0)", value * quantity.2)
    }
  }

  /// Somebody else has reaped a process; whether it was this one's.
  mutating func hasEnded(_ pid: Int32) -> Bool {
    guard pid == child.pid else { return false }
    isReaped = true
    return true
  }

  /// Ends its process.
  mutating func end() {
    guard isOpen else { return }
    isOpen = false
    close(child.output)
    guard !isReaped else { return }
    kill(-child.pid, SIGKILL)
    var status: Int32 = 0
    // One that hangs in a broken driver is left to the reaper.
    for _ in 0..<100 where !isReaped {
      isReaped = waitpid(child.pid, &status, WNOHANG) != 0
      if !isReaped { usleep(500) }
    }
  }
}
