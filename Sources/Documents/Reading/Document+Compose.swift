// libyaml's events, which Yams is built on. Yams' own nodes come too late here: they refuse duplicate
// keys instead of reporting them, and hash nested keys, which an alias bomb turns into hours.
import CYaml

extension Document {
  static func compose(_ text: String, _ aliases: Aliases, _ limits: Limits) -> Document {
    // The parser keeps a pointer to itself, so it must not move.
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { parser.deallocate() }
    guard yaml_parser_initialize(parser) == 1 else {
      return Document(root: nil, diagnostics: [Diagnostic(at: .start, "There is no memory left.")])
    }
    defer { yaml_parser_delete(parser) }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)

    let bytes = Array(text.utf8)
    return bytes.withUnsafeBufferPointer { bytes in
      yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
      var composer = Composer(parser: parser, text: text, aliases: aliases, limits: limits)
      var document = Document(root: nil)
      do throws(Diagnostic) {
        document.root = try composer.document()
      } catch {
        composer.diagnostics.append(error)
      }
      document.diagnostics = composer.diagnostics
      document.duplicates = composer.duplicates
      return document
    }
  }
}

extension Diagnostic: Error {}

/// Makes a tree from the parser's events.
private struct Composer {
  let parser: UnsafeMutablePointer<yaml_parser_t>
  let text: String
  let aliases: Document.Aliases
  let limits: Document.Limits

  var diagnostics: [Diagnostic] = []
  var duplicates: [Document.Duplicate] = []
  private var anchors: [String: (node: Node, size: Int)] = [:]
  private var count = 0

  init(
    parser: UnsafeMutablePointer<yaml_parser_t>,
    text: String,
    aliases: Document.Aliases,
    limits: Document.Limits
  ) {
    self.parser = parser
    self.text = text
    self.aliases = aliases
    self.limits = limits
  }

  mutating func document() throws(Diagnostic) -> Node? {
    _ = try next()  // the start of the stream
    guard case .documentStart = try next().kind else { return nil }
    let root = try node(next(), depth: 1)
    _ = try next()  // the end of the document
    let after = try next()
    guard case .end = after.kind else {
      throw Diagnostic(at: after.place, "A second document begins here; only one is read.")
    }
    return root
  }

  private mutating func node(_ event: Event, depth: Int) throws(Diagnostic) -> Node {
    let start = count
    try spend(1, at: event.place)
    let node: Node
    switch event.kind {
    case .alias(let name): return try alias(name, at: event.place, depth: depth)
    case .scalar(let scalar): node = Node(.scalar(scalar), tag: event.tag, place: event.place)
    case .sequenceStart:
      try check(depth, at: event.place)
      node = Node(.sequence(try sequence(depth)), tag: event.tag, place: event.place)
    case .mappingStart:
      try check(depth, at: event.place)
      node = Node(.mapping(try mapping(depth)), tag: event.tag, place: event.place)
    case .documentStart, .close, .end, .other:
      throw Diagnostic(at: event.place, "The document ends too early.")
    }
    if let anchor = event.anchor { anchors[anchor] = (node, count - start) }
    return node
  }

  private mutating func sequence(_ depth: Int) throws(Diagnostic) -> [Node] {
    var nodes: [Node] = []
    while true {
      let event = try next()
      if case .close = event.kind { return nodes }
      nodes.append(try node(event, depth: depth + 1))
    }
  }

  private mutating func mapping(_ depth: Int) throws(Diagnostic) -> [Node.Entry] {
    var entries: [Node.Entry] = []
    var positions: [String: Int] = [:]
    while true {
      let event = try next()
      if case .close = event.kind { return entries }
      let key = try node(event, depth: depth + 1)
      let value = try node(next(), depth: depth + 1)
      guard case .scalar(let scalar) = key.content else {
        diagnostics.append(
          Diagnostic(at: event.place, "A key has to be text, and this is \(key.kind).")
        )
        continue
      }
      // Most maps are small: looking through them is quicker than hashing their keys.
      if entries.count == 9, positions.isEmpty {
        for (position, entry) in entries.enumerated() { positions[entry.key] = position }
      }
      let position =
        positions.isEmpty
        ? entries.firstIndex { $0.key == scalar.text } : positions[scalar.text]
      if let position {
        let first = entries[position].place
        duplicates.append(.init(key: scalar.text, place: event.place, first: first))
        entries[position].value = value
      } else {
        if !positions.isEmpty { positions[scalar.text] = entries.count }
        entries.append(Node.Entry(key: scalar.text, place: event.place, value: value))
      }
    }
  }

  /// An alias costs what it stands for, so that a bomb meets the limit and not the memory's end.
  private mutating func alias(_ name: String, at place: Place, depth: Int) throws(Diagnostic)
    -> Node
  {
    if case .refused(let message) = aliases { throw Diagnostic(at: place, message) }
    guard let (node, size) = anchors[name] else {
      throw Diagnostic(
        at: place,
        "The alias '*\(name)' stands for nothing.",
        hint: suggestion(for: name, among: Array(anchors.keys))
      )
    }
    try spend(size, at: place)
    try check(depth + node.height - 1, at: place)
    return node
  }

  private mutating func spend(_ nodes: Int, at place: Place) throws(Diagnostic) {
    count += nodes
    guard count <= limits.nodes else {
      throw Diagnostic(at: place, "The document has more than \(limits.nodes) values.")
    }
  }

  private func check(_ depth: Int, at place: Place) throws(Diagnostic) {
    guard depth <= limits.depth else {
      throw Diagnostic(
        at: place,
        "Lists and maps stand inside each other more than \(limits.depth) levels deep."
      )
    }
  }

  private func next() throws(Diagnostic) -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else {
      throw syntaxError(in: parser.pointee, of: text)
    }
    defer { yaml_event_delete(&event) }
    return Event(event)
  }
}

extension Node {
  /// Levels of lists and maps, this one included.
  fileprivate var height: Int {
    switch content {
    case .scalar: 0
    case .sequence(let nodes): 1 + (nodes.lazy.map(\.height).max() ?? 0)
    case .mapping(let entries): 1 + (entries.lazy.map(\.value.height).max() ?? 0)
    }
  }
}

/// One of libyaml's events as a value.
private struct Event {
  enum Kind {
    case documentStart, sequenceStart, mappingStart, close, end, other
    case alias(String)
    case scalar(Node.Scalar)
  }

  var kind: Kind
  var place: Place
  var tag: String?
  var anchor: String?

  init(_ event: yaml_event_t) {
    place = Place(
      line: Int(clamping: event.start_mark.line) + 1,
      column: Int(clamping: event.start_mark.column) + 1
    )
    switch event.type {
    case YAML_DOCUMENT_START_EVENT: kind = .documentStart
    case YAML_STREAM_END_EVENT: kind = .end
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: kind = .close
    case YAML_ALIAS_EVENT: kind = .alias(string(event.data.alias.anchor) ?? "")
    case YAML_SEQUENCE_START_EVENT:
      kind = .sequenceStart
      tag = string(event.data.sequence_start.tag)
      anchor = string(event.data.sequence_start.anchor)
    case YAML_MAPPING_START_EVENT:
      kind = .mappingStart
      tag = string(event.data.mapping_start.tag)
      anchor = string(event.data.mapping_start.anchor)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      kind = .scalar(
        Node.Scalar(String(decoding: bytes, as: UTF8.self), style: style(scalar.style))
      )
      tag = string(scalar.tag)
      anchor = string(scalar.anchor)
    default: kind = .other
    }
  }
}

private func style(_ style: yaml_scalar_style_t) -> Node.Scalar.Style {
  switch style {
  case YAML_SINGLE_QUOTED_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE: .quoted
  case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
  default: .plain
  }
}

private func string(_ bytes: UnsafeMutablePointer<UInt8>?) -> String? {
  guard let bytes else { return nil }
  return String(cString: UnsafePointer(bytes))
}

/// What libyaml says about a text that is not well-formed, as one finding.
private func syntaxError(in parser: yaml_parser_t, of text: String) -> Diagnostic {
  let problem = parser.problem.map { String(cString: $0) } ?? "the text cannot be read"
  let context = parser.context.map { " " + String(cString: $0) } ?? ""
  var place = Place(
    line: Int(clamping: parser.problem_mark.line) + 1,
    column: Int(clamping: parser.problem_mark.column) + 1
  )
  if parser.error == YAML_READER_ERROR {
    place = text.place(atByte: Int(clamping: parser.problem_offset))
  }
  return Diagnostic(
    at: place,
    "The YAML is not well-formed: \(problem)\(context).",
    hint: text.startsWithTab(at: place) ? "Indent with spaces: YAML does not allow tabs here." : ""
  )
}

extension String {
  fileprivate func place(atByte offset: Int) -> Place {
    var place = Place.start
    for byte in utf8.prefix(offset) {
      if byte == UInt8(ascii: "\n") {
        place = Place(line: place.line + 1, column: 1)
      } else if byte & 0xC0 != 0x80 {
        place.column += 1
      }
    }
    return place
  }

  fileprivate func startsWithTab(at place: Place) -> Bool {
    let lines = unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    guard place.line <= lines.count else { return false }
    return lines[place.line - 1].prefix(max(1, place.column)).contains("\t")
  }
}
