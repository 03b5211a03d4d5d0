import Documents
import Foundation
import Store
import Testing

@testable import Engine

/// What is said of every attempt, in the short form that most have and in the long one.
struct PackedSpecTests {
  private let plain: AttemptSpec

  init() throws {
    var spec = try RunnerSeat().spec("a", "true")
    spec.arguments = ["/bin/echo", "", "a=b", "two\nlines", "naïve"]
    spec.environment = ["A": "", "PATH": "/bin:/usr/bin", "LINE": "x=1\ny=2", "LONG": "ü"]
    spec.keyParts = ["input data": Digest(of: "1"), "code": Digest(of: "2")]
    plain = spec
  }

  @Test func `a spec comes back as it went`() throws {
    #expect(try PackedSpec(plain).spec() == plain)
    let changes: [(inout AttemptSpec) -> Void] = [
      { $0.source = "/instance" },
      { $0.source = nil },
      { $0.outputs = ["model": "out/model.bin"] },
      { $0.metrics = [AttemptSpec.Metric(name: "loss", regex: "loss=(.*)", isMain: true)] },
      { $0.limits.memory = 1 << 30 },
      { $0.limits.grace = 2 },
      { $0.cpuSet = [0] },
      { $0.gpus = ["GPU-1"] },
      { $0.checkpoint = "/checkpoints/a" },
      { $0.secrets = ["TOKEN"] },
      { spec in
        let artifact = Artifact(kind: .file, digest: Digest(of: "data"), size: 4)
        spec.inputs = [AttemptSpec.Input(name: "data", artifact: artifact, path: "data.csv")]
      },
    ]
    for change in changes {
      var spec = plain
      change(&spec)
      #expect(try PackedSpec(spec).spec() == spec)
    }
  }

  @Test func `a variable holds what a program would see of it`() throws {
    var spec = plain
    spec.environment["CUT"] = "seen\0unseen"
    spec.arguments = ["echo", "a\0b"]
    let read = try PackedSpec(spec).spec()
    #expect(read.environment["CUT"] == "seen")
    #expect(read.arguments == ["echo", "a"])
    #expect(read.environment.count == spec.environment.count)
  }

  @Test func `what an earlier version wrote is read`() throws {
    let digest = Digest(of: "1")
    let text = """
      {"environment":"A=b=c\\u0000PATH=\\/bin\\u0000","keyParts":"\(digest.hex)input a\\u0000","rest":{
      "arguments":["true"],"attempt":2,"code":"\(digest.hex)","home":"\\/h","run":3,"state":"\\/h","step":"s"}}
      """
    let spec = try PackedSpec(text: Data(text.utf8)).spec()
    #expect(spec.environment == ["A": "b=c", "PATH": "/bin"])
    #expect(spec.keyParts == ["input a": digest])
    #expect(spec.run == 3 && spec.step == "s" && spec.attempt == 2 && spec.arguments == ["true"])
  }

  @Test func `what is not whole is no spec`() throws {
    for spec in [plain, with(plain) { $0.outputs = ["a": "b"] }] {
      let text = try PackedSpec(spec).text
      for length in 0..<text.count {
        #expect(throws: (any Error).self) { try PackedSpec(text: text.prefix(length)).spec() }
      }
    }
  }

  // MARK: Exit records

  private let success = ExitRecord(
    status: .succeeded,
    exitCode: 0,
    started: Date(timeIntervalSince1970: 1_780_000_000.123456),
    ended: Date(timeIntervalSince1970: 1_780_000_001.5),
    outputs: [:],
    metrics: [],
    sparkline: [],
    peakMemory: 4096,
    cpuSeconds: 1e-6,
    readBytes: 0,
    writtenBytes: 7
  )

  /// Both ways of writing have to be read by both ways of reading: what is short today is a long one tomorrow.
  @Test func `an exit record comes back as it went, and is JSON`() throws {
    let changes: [(inout ExitRecord) -> Void] = [
      { _ in },
      { $0.cpuSeconds = 123_456.789 },
      { $0.cpuSeconds = 0 },
      { $0.exitCode = 1 },
      { $0.exitCode = nil },
      { $0.readBytes = nil },
      { $0.writtenBytes = .max },
      { $0.warning = #"Its input "a,b" changed."# },
      { ($0.status, $0.reason, $0.cause) = (.failed, "Exit code 1", .exit) },
      { $0.signal = 9 },
      { $0.sparkline = [1, .nan] },
      { $0.outputs = ["a": Artifact(kind: .file, digest: Digest(of: ""), size: 0)] },
      { $0.facts = StepFacts(params: ["lr": "0.1"]) },
    ]
    for change in changes {
      let record = with(success, change)
      let json = try record.json()
      // NaN is not equal to itself: what they say is compared.
      #expect(try ExitRecord(json: json).json() == json)
      let decoded = try JSONDecoder.keepingNaN.decode(ExitRecord.self, from: json)
      #expect(try decoded.json() == json)
      let encoded = try JSONEncoder.keepingNaN.encode(record)
      #expect(try ExitRecord(json: encoded).json() == json)
      #expect(decoded.started == record.started && decoded.peakMemory == record.peakMemory)
    }
  }

  @Test func `a damaged exit record is none`() throws {
    let json = try success.json()
    for length in 0..<json.count {
      #expect(throws: (any Error).self) { try ExitRecord(json: json.prefix(length)) }
    }
  }

  private func with<Value>(_ value: Value, _ change: (inout Value) -> Void) -> Value {
    var changed = value
    change(&changed)
    return changed
  }
}
