import Documents
import Foundation
import Store
import Testing

@testable import Engine

/// What passes between the agent and who asks it: the socket's messages.
struct AgentMessageTests {
  @Test func `a message arrives however it is torn`() throws {
    let request = AgentRequest.launch(
      LaunchRequest(instance: "ü", what: .command(["a", "b"]), parameters: ["x": "1"])
    )
    let bytes = try Wire.encode(request) + Wire.encode(AgentRequest.ping)
    var buffer: [UInt8] = []
    var found: [AgentRequest] = []
    for byte in bytes {
      buffer.append(byte)
      while let body = try Wire.take(from: &buffer) {
        found.append(try JSONDecoder().decode(AgentRequest.self, from: body))
      }
    }
    #expect(found == [request, .ping])
    #expect(buffer.isEmpty)
  }

  /// One of each, by its text where that is short: older clients and runners send, and read, just that.
  private static let requests: [(AgentRequest, String?)] = {
    let launch = LaunchRequest(instance: "i", what: .rerun(of: 3), parameters: ["x": "1"])
    let sweep = SweepRequest(launch: launch, parts: ["x=1,2"], parallel: 1)
    return [
      (.launch(launch), nil), (.plan(launch), nil), (.sweep(sweep), nil), (.planSweep(sweep), nil),
      (.accept(AcceptRequest(run: 1, step: "a")), nil), (.collect(CollectRequest()), nil),
      (.up(UpRequest(stack: "s", template: "t")), nil), (.setAside([Digest(of: "a")]), nil),
      (.resume(run: 1), #"{"resume":{"run":1}}"#), (.stop(run: 2), #"{"stop":{"run":2}}"#),
      (.resumeSweep(3), #"{"resumeSweep":{"_0":3}}"#), (.stopSweep(4), #"{"stopSweep":{"_0":4}}"#),
      (.removeSweep(5), #"{"removeSweep":{"_0":5}}"#), (.remove(run: 6), #"{"remove":{"run":6}}"#),
      (.annotate(run: 7, name: nil, note: "n"), #"{"annotate":{"note":"n","run":7}}"#),
      (.annotate(run: 7, name: "m", note: nil), #"{"annotate":{"name":"m","run":7}}"#),
      (.pin(run: 8, isPinned: true), #"{"pin":{"isPinned":true,"run":8}}"#),
      (.down(stack: "s"), #"{"down":{"stack":"s"}}"#),
      (.startInstance("i"), #"{"startInstance":{"_0":"i"}}"#),
      (.stopInstance("i"), #"{"stopInstance":{"_0":"i"}}"#),
      (.adopt(folder: "f", name: nil), #"{"adopt":{"folder":"f"}}"#),
      (.adopt(folder: "f", name: "n"), #"{"adopt":{"folder":"f","name":"n"}}"#),
      (.release(instance: "i"), #"{"release":{"instance":"i"}}"#),
      (
        .decide(model: "m", approval: .approved, note: nil),
        #"{"decide":{"approval":"Approved","model":"m"}}"#
      ),
      (.ended(run: 1, step: "a", attempt: 2), #"{"ended":{"attempt":2,"run":1,"step":"a"}}"#),
      (.watched(run: 1, step: "a", attempt: 2), #"{"watched":{"attempt":2,"run":1,"step":"a"}}"#),
      (.ping, #"{"ping":{}}"#), (.status, #"{"status":{}}"#), (.shutdown, #"{"shutdown":{}}"#),
    ]
  }()

  private static let replies: [(AgentReply, String?)] = [
    (.done, #"{"done":{}}"#), (.run(1), #"{"run":{"_0":1}}"#), (.sweep(2), #"{"sweep":{"_0":2}}"#),
    (.stack("s"), #"{"stack":{"_0":"s"}}"#), (.instance("i"), #"{"instance":{"_0":"i"}}"#),
    (.plan(LaunchPlan(instance: "i", pipeline: "p", steps: [])), nil),
    (.accepted(Acceptance(aliases: [], changes: ["c"])), nil),
    (.collection(CollectionReport()), nil), (.waiting(Explanation(what: "No.")), nil),
    (.refused(Explanation(what: "No.")), nil),
  ]

  @Test func `requests and replies come through, in the form that older versions have`() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    for (request, text) in Self.requests {
      let json = try encoder.encode(request)
      #expect(try JSONDecoder().decode(AgentRequest.self, from: json) == request)
      if let text { #expect(String(decoding: json, as: UTF8.self) == text) }
    }
    for (reply, text) in Self.replies {
      let json = try encoder.encode(reply)
      #expect(try JSONDecoder().decode(AgentReply.self, from: json) == reply)
      if let text { #expect(String(decoding: json, as: UTF8.self) == text) }
    }
  }

  @Test(arguments: [
    "{}", #"{"stop":{"run":3},"ping":{}}"#, #"{"dance":{}}"#, #"{"stop":{}}"#, "[]",
  ])
  func `what is no request is refused`(json: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(AgentRequest.self, from: Data(json.utf8))
    }
  }

  @Test func `a message that is too large is refused before it is read`() throws {
    var buffer: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
    #expect(throws: Explanation.self) { try Wire.take(from: &buffer) }
    let large = LaunchRequest(
      instance: "i",
      what: .command([String(repeating: "x", count: Wire.limit)])
    )
    #expect(throws: Explanation.self) { try Wire.encode(AgentRequest.launch(large)) }
  }

  @Test func `any bytes are a message, a refusal or too few`() {
    var state: UInt32 = 1
    func next() -> UInt8 {
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(truncatingIfNeeded: state >> 24)
    }
    for _ in 0..<2_000 {
      var buffer = (0..<Int(next() % 40)).map { _ in next() }
      // Mostly lengths that can be met.
      if buffer.count > 3, next() > 20 { buffer.replaceSubrange(0..<3, with: [0, 0, 0]) }
      let count = buffer.count
      let body = try? Wire.take(from: &buffer)
      #expect(buffer.count == count - (body.map { $0.count + 4 } ?? 0))
      if let body { _ = try? JSONDecoder().decode(AgentRequest.self, from: body) }
    }
  }
}
