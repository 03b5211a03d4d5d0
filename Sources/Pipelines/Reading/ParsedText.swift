import Documents

/// A text with its references found, and what is wrong with them.
struct ParsedText {
  /// What `${` may begin besides a reference.
  enum Use {
    /// Nothing: any other `${...}` is a fault.
    case plain
    /// A shell's own `${HOME}`, which is left to the shell.
    case shell
  }

  struct Fault: Equatable {
    var message: String
    var hint: String
    /// Unicode scalars from the text's beginning.
    var offset: Int
  }

  var text = Text([])
  /// Where each of the text's references stands, in Unicode scalars.
  var offsets: [Int] = []
  var faults: [Fault] = []

  static let roots = ["parameters", "inputs", "outputs", "steps", "run"]

  init(_ source: String, for use: Use = .plain) {
    guard source.utf8.contains(UInt8(ascii: "$")) else {
      text = Text(source)
      return
    }
    let bytes = Array(source.utf8)
    var parts: [Text.Part] = []
    var literal: [UInt8] = []
    /// What is before this is in `literal` or in `parts`.
    var taken = 0
    var index = 0
    var offset = ScalarOffset()
    while let dollar = bytes[index...].firstIndex(of: UInt8(ascii: "$")) {
      let behind = bytes[(dollar + 1)...]
      if behind.starts(with: "${".utf8) {
        literal += bytes[taken..<dollar] + "${".utf8
        index = dollar + 3
        taken = index
        continue
      }
      guard behind.first == UInt8(ascii: "{") else {
        index = dollar + 1
        continue
      }
      let body = behind.dropFirst()
      if use == .shell, !Self.isRoot(body.prefix { $0.isLetter || $0 == UInt8(ascii: "_") }) {
        index = dollar + 2
        continue
      }
      literal += bytes[taken..<dollar]
      let place = offset.advance(to: dollar, in: bytes)
      guard let end = body.firstIndex(of: UInt8(ascii: "}")) else {
        faults.append(
          Fault(
            message: "A '${' has no '}' behind it.",
            hint: "Write $${ for a plain '${'.",
            offset: place
          )
        )
        taken = bytes.count
        break
      }
      switch Reference.parse(String(decoding: body[..<end], as: UTF8.self)) {
      case .success(let reference):
        if !literal.isEmpty { parts.append(.literal(String(decoding: literal, as: UTF8.self))) }
        literal.removeAll()
        parts.append(.reference(reference))
        offsets.append(place)
      case .failure(let fault):
        faults.append(Fault(message: fault.message, hint: fault.hint, offset: place))
      }
      index = end + 1
      taken = index
    }
    literal += bytes[taken...]
    if !literal.isEmpty || parts.isEmpty {
      parts.append(.literal(String(decoding: literal, as: UTF8.self)))
    }
    text = Text(parts)
  }

  private static func isRoot(_ word: ArraySlice<UInt8>) -> Bool {
    roots.contains { word.elementsEqual($0.utf8) }
  }

  /// Counts Unicode scalars of UTF-8 from place to place.
  private struct ScalarOffset {
    private var byte = 0
    private var scalars = 0

    mutating func advance(to next: Int, in bytes: [UInt8]) -> Int {
      scalars += bytes[byte..<next].count { $0 & 0xC0 != 0x80 }
      byte = next
      return scalars
    }
  }
}

struct ReferenceFault: Error {
  var message: String
  var hint = ""
}

extension Reference {
  /// What stands between `${` and `}`.
  static func parse(_ body: String) -> Result<Reference, ReferenceFault> {
    let names = body.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let rest = Array(names.dropFirst())
    func malformed(_ form: String) -> Result<Reference, ReferenceFault> {
      .failure(
        .init(message: "'${\(body.prefix(80))}' is not a reference.", hint: "Write \(form).")
      )
    }
    switch names[0] {
    case "parameters":
      guard rest.count == 1, rest[0].isName else { return malformed("${parameters.NAME}") }
      return .success(.parameter(rest[0]))
    case "inputs":
      guard rest.count == 1, rest[0].isName else { return malformed("${inputs.NAME}") }
      return .success(.input(rest[0]))
    case "outputs":
      guard rest.count == 1, rest[0].isName else { return malformed("${outputs.NAME}") }
      return .success(.output(rest[0]))
    case "run":
      let fields = ["id", "name", "pipeline"]
      guard rest.count == 1, fields.contains(rest[0]) else {
        let hint = rest.first.map { suggestion(for: $0, among: fields) } ?? ""
        return .failure(
          .init(
            message: "'${\(body.prefix(80))}' is not a reference.",
            hint: hint.isEmpty ? "Write ${run.id}, ${run.name} or ${run.pipeline}." : hint
          )
        )
      }
      return .success(.run(rest[0]))
    case "steps":
      guard rest.count >= 3, rest[0].isName, rest[1] == "outputs",
        let path = path(rest[2...].joined(separator: ".")), path[0].isName
      else { return malformed("${steps.STEP.outputs.NAME} or ${steps.STEP.outputs.NAME.KEY}") }
      return .success(
        path.count == 1
          ? .stepOutput(step: rest[0], output: path[0])
          : .stepValue(step: rest[0], output: path[0], path: Array(path.dropFirst()))
      )
    default:
      let root = String(body.prefix { $0 != "." })
      let near = nearest(root, among: ParsedText.roots).map { "Did you mean '\($0)'?" }
      return .failure(
        .init(
          message: "'${\(body.prefix(80))}' is not a reference.",
          hint: near
            ?? "References begin with parameters, inputs, outputs, steps or run; $${ is a plain '${'."
        )
      )
    }
  }

  /// `report.a[0].b` as its names; a list's index is a name of digits.
  private static func path(_ text: String) -> [String]? {
    var path: [String] = []
    for part in text.split(separator: ".", omittingEmptySubsequences: false) {
      let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
      guard let name = pieces.first, !name.isEmpty, !name.contains("]") else { return nil }
      path.append(String(name))
      for piece in pieces.dropFirst() {
        guard piece.last == "]", let index = Int(piece.dropLast()), index >= 0,
          piece.utf8.first != UInt8(ascii: "+")
        else { return nil }
        path.append(String(index))
      }
    }
    return path.isEmpty || path.contains { $0.contains("$") || $0.contains("{") } ? nil : path
  }
}
