// Requests and replies as JSON, in the form that Swift gives enumerations: {"stop":{"run":3}}, {"run":{"_0":3}}.
//
// By hand: what the compiler makes of an enumeration looks up types for all of its cases before it takes one, which
// was three milliseconds of each command. What an older client or runner sends is read.

extension AgentRequest: Codable {
  package func encode(to encoder: any Encoder) throws {
    var message = encoder.container(keyedBy: MessageKey.self)
    switch self {
    case .launch(let request): try message.put("launch", request)
    case .plan(let request): try message.put("plan", request)
    case .sweep(let request): try message.put("sweep", request)
    case .planSweep(let request): try message.put("planSweep", request)
    case .accept(let request): try message.put("accept", request)
    case .resume(let run): try message.put("resume", run, as: "run")
    case .stop(let run): try message.put("stop", run, as: "run")
    case .resumeSweep(let sweep): try message.put("resumeSweep", sweep)
    case .stopSweep(let sweep): try message.put("stopSweep", sweep)
    case .removeSweep(let sweep): try message.put("removeSweep", sweep)
    case .remove(let run): try message.put("remove", run, as: "run")
    case .annotate(let run, let name, let note):
      var values = message.values("annotate")
      try values.encode(run, forKey: "run")
      try values.encodeIfPresent(name, forKey: "name")
      try values.encodeIfPresent(note, forKey: "note")
    case .pin(let run, let isPinned):
      var values = message.values("pin")
      try values.encode(run, forKey: "run")
      try values.encode(isPinned, forKey: "isPinned")
    case .collect(let request): try message.put("collect", request)
    case .setAside(let objects): try message.put("setAside", objects)
    case .up(let request): try message.put("up", request)
    case .down(let stack): try message.put("down", stack, as: "stack")
    case .startInstance(let name): try message.put("startInstance", name)
    case .stopInstance(let name): try message.put("stopInstance", name)
    case .adopt(let folder, let name):
      var values = message.values("adopt")
      try values.encode(folder, forKey: "folder")
      try values.encodeIfPresent(name, forKey: "name")
    case .release(let instance): try message.put("release", instance, as: "instance")
    case .decide(let model, let approval, let note):
      var values = message.values("decide")
      try values.encode(model, forKey: "model")
      try values.encode(approval, forKey: "approval")
      try values.encodeIfPresent(note, forKey: "note")
    case .ended(let run, let step, let attempt):
      try message.put("ended", run: run, step: step, attempt: attempt)
    case .watched(let run, let step, let attempt):
      try message.put("watched", run: run, step: step, attempt: attempt)
    case .ping: _ = message.values("ping")
    case .status: _ = message.values("status")
    case .shutdown: _ = message.values("shutdown")
    }
  }

  package init(from decoder: any Decoder) throws {
    let message = try Message(decoder)
    self =
      switch message.name.stringValue {
      case "launch": .launch(try message.value())
      case "plan": .plan(try message.value())
      case "sweep": .sweep(try message.value())
      case "planSweep": .planSweep(try message.value())
      case "accept": .accept(try message.value())
      case "resume": .resume(run: try message.value("run"))
      case "stop": .stop(run: try message.value("run"))
      case "resumeSweep": .resumeSweep(try message.value())
      case "stopSweep": .stopSweep(try message.value())
      case "removeSweep": .removeSweep(try message.value())
      case "remove": .remove(run: try message.value("run"))
      case "annotate":
        .annotate(
          run: try message.value("run"),
          name: try message.optional("name"),
          note: try message.optional("note")
        )
      case "pin": .pin(run: try message.value("run"), isPinned: try message.value("isPinned"))
      case "collect": .collect(try message.value())
      case "setAside": .setAside(try message.value())
      case "up": .up(try message.value())
      case "down": .down(stack: try message.value("stack"))
      case "startInstance": .startInstance(try message.value())
      case "stopInstance": .stopInstance(try message.value())
      case "adopt":
        .adopt(folder: try message.value("folder"), name: try message.optional("name"))
      case "release": .release(instance: try message.value("instance"))
      case "decide":
        .decide(
          model: try message.value("model"),
          approval: try message.value("approval"),
          note: try message.optional("note")
        )
      case "ended":
        .ended(
          run: try message.value("run"),
          step: try message.value("step"),
          attempt: try message.value("attempt")
        )
      case "watched":
        .watched(
          run: try message.value("run"),
          step: try message.value("step"),
          attempt: try message.value("attempt")
        )
      case "ping": .ping
      case "status": .status
      case "shutdown": .shutdown
      default: throw message.unknown
      }
  }
}

extension AgentReply: Codable {
  package func encode(to encoder: any Encoder) throws {
    var message = encoder.container(keyedBy: MessageKey.self)
    switch self {
    case .done: _ = message.values("done")
    case .run(let run): try message.put("run", run)
    case .sweep(let sweep): try message.put("sweep", sweep)
    case .stack(let name): try message.put("stack", name)
    case .instance(let name): try message.put("instance", name)
    case .plan(let plan): try message.put("plan", plan)
    case .sweepPlan(let plan): try message.put("sweepPlan", plan)
    case .accepted(let acceptance): try message.put("accepted", acceptance)
    case .waiting(let explanation): try message.put("waiting", explanation)
    case .status(let status): try message.put("status", status)
    case .collection(let report): try message.put("collection", report)
    case .refused(let explanation): try message.put("refused", explanation)
    }
  }

  package init(from decoder: any Decoder) throws {
    let message = try Message(decoder)
    self =
      switch message.name.stringValue {
      case "done": .done
      case "run": .run(try message.value())
      case "sweep": .sweep(try message.value())
      case "stack": .stack(try message.value())
      case "instance": .instance(try message.value())
      case "plan": .plan(try message.value())
      case "sweepPlan": .sweepPlan(try message.value())
      case "accepted": .accepted(try message.value())
      case "waiting": .waiting(try message.value())
      case "status": .status(try message.value())
      case "collection": .collection(try message.value())
      case "refused": .refused(try message.value())
      default: throw message.unknown
      }
  }
}

/// The name of a case, or of one of its values; `_0` where that has none.
private struct MessageKey: CodingKey, ExpressibleByStringLiteral {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
  init(stringLiteral text: String) { stringValue = text }
}

extension KeyedEncodingContainer<MessageKey> {
  fileprivate mutating func values(_ name: Key) -> Self {
    nestedContainer(keyedBy: Key.self, forKey: name)
  }

  fileprivate mutating func put(
    _ name: Key,
    _ value: some Encodable,
    as label: Key = "_0"
  ) throws {
    var values = values(name)
    try values.encode(value, forKey: label)
  }

  fileprivate mutating func put(_ name: Key, run: Int, step: String, attempt: Int) throws {
    var values = values(name)
    try values.encode(run, forKey: "run")
    try values.encode(step, forKey: "step")
    try values.encode(attempt, forKey: "attempt")
  }
}

/// A case's name, and the values that stand below it.
private struct Message {
  let name: MessageKey
  private let values: KeyedDecodingContainer<MessageKey>
  private let path: [any CodingKey]

  init(_ decoder: any Decoder) throws {
    let message = try decoder.container(keyedBy: MessageKey.self)
    path = decoder.codingPath
    guard message.allKeys.count == 1, let name = message.allKeys.first else {
      throw Message.fault(path, "A message has one name, and this one \(message.allKeys.count).")
    }
    self.name = name
    values = try message.nestedContainer(keyedBy: MessageKey.self, forKey: name)
  }

  func value<Value: Decodable>(_ label: MessageKey = "_0") throws -> Value {
    try values.decode(Value.self, forKey: label)
  }

  func optional<Value: Decodable>(_ label: MessageKey) throws -> Value? {
    try values.decodeIfPresent(Value.self, forKey: label)
  }

  var unknown: DecodingError { Message.fault(path, "No message is called so.") }

  private static func fault(_ path: [any CodingKey], _ words: String) -> DecodingError {
    .dataCorrupted(DecodingError.Context(codingPath: path, debugDescription: words))
  }
}
