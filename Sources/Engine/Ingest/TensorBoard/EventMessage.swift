/// What Lathe takes of one TensorBoard event: its scalars and hyperparameters.
///
/// Source: TensorFlow's `event.proto`, `summary.proto` and `tensor.proto`, and TensorBoard's
/// `hparams/plugin_data.proto`. Images, audio, histograms, texts and graphs are passed over.
struct EventMessage {
  struct Scalar: Equatable {
    var tag: String
    /// NaN and infinities as they were logged.
    var value: Double
  }

  /// Seconds since 1970; NaN where the event has none.
  var time = Double.nan
  var step: Int64 = 0
  var scalars: [Scalar] = []
  var parameters: [(name: String, value: String)] = []

  init(_ bytes: UnsafeRawBufferPointer) throws(WireMessage.Malformed) {
    var message = WireMessage(bytes)
    while let (field, value) = try message.next() {
      switch (field, value) {
      case (1, .fixed64(let bits)): time = Double(bitPattern: bits)
      case (2, .varint(let bits)): step = Int64(bitPattern: bits)
      case (5, .bytes(let summary)): try take(summary: summary)
      default: continue
      }
    }
  }

  private mutating func take(
    summary: UnsafeRawBufferPointer
  ) throws(WireMessage.Malformed) {
    var message = WireMessage(summary)
    while let (field, value) = try message.next() {
      if field == 1, case .bytes(let bytes) = value { try take(value: bytes) }
    }
  }

  private mutating func take(value bytes: UnsafeRawBufferPointer) throws(WireMessage.Malformed) {
    var tag = ""
    var number: Double?
    var metadata: UnsafeRawBufferPointer?
    var message = WireMessage(bytes)
    while let (field, value) = try message.next() {
      switch (field, value) {
      case (1, .bytes): tag = value.text ?? ""
      case (2, .fixed32): number = value.double
      case (8, .bytes(let tensor)): number = try EventTensor(tensor).scalar
      case (9, .bytes(let bytes)): metadata = bytes
      default: continue
      }
    }
    if let metadata { try take(metadata: metadata) }
    if let number, !tag.isEmpty { scalars.append(Scalar(tag: tag, value: number)) }
  }
}

// MARK: Hyperparameters

extension EventMessage {
  private mutating func take(
    metadata: UnsafeRawBufferPointer
  ) throws(WireMessage.Malformed) {
    guard let plugin = try metadata.message(1), try plugin.text(1) == "hparams",
      let session = try plugin.message(2)?.message(3)
    else { return }
    var message = WireMessage(session)
    while let (field, value) = try message.next() {
      guard field == 1, case .bytes(let entry) = value, let name = try entry.text(1),
        let written = try entry.message(2).flatMap(Self.text)
      else { continue }
      parameters.append((name, written))
    }
  }

  /// A `google.protobuf.Value` as text; nil for null, lists and structures.
  private static func text(
    _ bytes: UnsafeRawBufferPointer
  ) throws(WireMessage.Malformed) -> String? {
    var message = WireMessage(bytes)
    while let (field, value) = try message.next() {
      switch (field, value) {
      case (2, .fixed64(let bits)):
        let number = Double(bitPattern: bits)
        return Int64(exactly: number).map(String.init) ?? String(number)
      case (3, .bytes): return value.text
      case (4, .varint(let bit)): return bit == 0 ? "false" : "true"
      default: continue
      }
    }
    return nil
  }
}

extension UnsafeRawBufferPointer {
  /// The last field of a number that is a message or text, as protocol buffers read it.
  fileprivate func message(
    _ number: Int
  ) throws(WireMessage.Malformed) -> UnsafeRawBufferPointer? {
    var found: UnsafeRawBufferPointer?
    var message = WireMessage(self)
    while let (field, value) = try message.next() {
      if field == number, case .bytes(let bytes) = value { found = bytes }
    }
    return found
  }

  fileprivate func text(_ number: Int) throws(WireMessage.Malformed) -> String? {
    try message(number).map { String(decoding: $0, as: UTF8.self) }
  }
}
