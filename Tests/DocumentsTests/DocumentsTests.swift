import Documents
import Testing

struct DocumentsTests {
  @Test func `every key and value knows its place`() throws {
    let document = Document.read("a: 1\nb:\n  - x\n  - {c: 'é', d: y}\n")
    let root = try #require(document.root)
    #expect(document.diagnostics == [])
    #expect(root.mapping?.map(\.key) == ["a", "b"])
    #expect(root.mapping?[1].place == Place(line: 2, column: 1))
    let inner = try #require(root["b"]?.sequence?[1])
    #expect(inner["d"]?.place == Place(line: 4, column: 17))
    #expect(inner["c"]?.scalar == Node.Scalar("é", style: .quoted))
  }

  @Test func `tags and styles are kept as written`() throws {
    let root = try #require(Document.read("a: !Ref B\nc: !Sub |\n  x\nd: !If [a, b]\ne: yes").root)
    #expect(root["a"]?.tag == "!Ref")
    #expect(root["c"]?.tag == "!Sub")
    #expect(root["c"]?.scalar == Node.Scalar("x\n", style: .block))
    #expect(root["d"]?.tag == "!If")
    #expect(root["e"]?.scalar == Node.Scalar("yes"))
  }

  @Test func `JSON is read as well`() throws {
    let document = Document.read("{\n\t\"a\":[1,\"\\u00e9\\/\",null],\"b\":{}}")
    #expect(document.diagnostics == [])
    #expect(document.root?["a"]?.sequence?[1].scalar?.text == "é/")
    #expect(document.root?["a"]?.sequence?[2].isNull == true)
    #expect(document.root?["b"]?.mapping == [])
  }

  @Test func `an empty text has no root`() {
    #expect(Document.read("") == Document(root: nil))
    #expect(Document.read("# only a comment\n") == Document(root: nil))
  }

  @Test func `a key written twice is reported and its last value counts`() {
    let document = Document.read("a: 1\nb: 2\na: 3\n")
    #expect(document.root?["a"]?.scalar?.text == "3")
    #expect(
      document.duplicates == [
        .init(key: "a", place: Place(line: 3, column: 1), first: Place(line: 1, column: 1))
      ]
    )
  }

  struct Broken: Sendable {
    var text: String
    var line: Int
    var message: String
  }

  @Test(arguments: [
    Broken(text: "a: [1, 2\nb: 3", line: 2, message: "The YAML is not well-formed"),
    Broken(text: "a:\n\t- b", line: 2, message: "The YAML is not well-formed"),
    Broken(text: "a: b: c", line: 1, message: "The YAML is not well-formed"),
    Broken(text: "x: \u{1}", line: 1, message: "control characters are not allowed"),
    Broken(text: "a: 1\n---\nb: 2", line: 2, message: "A second document begins here"),
    Broken(text: "a: *nothing", line: 1, message: "The alias '*nothing' stands for nothing."),
    Broken(text: "a: 1\n? [b]\n: c", line: 2, message: "A key has to be text"),
  ])
  func `a broken text is one finding with its place`(broken: Broken) {
    let findings = Document.read(broken.text).diagnostics
    #expect(findings.count == 1)
    #expect(findings.first?.place.line == broken.line)
    #expect(findings.first?.message.contains(broken.message) == true)
  }

  @Test func `a tab in the indentation is named`() {
    #expect(Document.read("a:\n\t- b").diagnostics.first?.hint.contains("spaces") == true)
  }

  @Test func `aliases are expanded or refused`() {
    let text = "a: &x [1]\nb: *x"
    #expect(Document.read(text).root?["b"]?.sequence?.first?.scalar?.text == "1")
    let refused = Document.read(text, aliases: .refused("No aliases."))
    #expect(refused.diagnostics == [Diagnostic(at: Place(line: 2, column: 4), "No aliases.")])
  }
}

struct HostileDocumentTests {
  @Test func `an alias bomb meets the limit`() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...40 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    #expect(
      Document.read(text).diagnostics.map(\.message) == [
        "The document has more than 100000 values."
      ]
    )
    // In a key, where hashing it would never end.
    #expect(Document.read(text + "? *a40\n: 1").root == nil)
  }

  @Test(arguments: ["[", "{a: ", "- ", "? ", "a:\n  "])
  func `depth meets the limit`(opening: String) {
    let document = Document.read(String(repeating: opening, count: 100_000))
    #expect(document.root == nil)
    #expect(document.diagnostics.count == 1)
  }

  @Test func `aliases cannot go round the depth limit`() {
    var text = "a0: &a0 [x]\n"
    for level in 1...70 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
    let findings = Document.read(text).diagnostics
    #expect(findings.map { $0.message.contains("64 levels") } == [true])
  }

  @Test func `size and number of values meet their limits`() {
    let large = Document.read(String(repeating: "a", count: 1 << 20 + 1))
    #expect(large.root == nil && large.diagnostics.count == 1)
    let many = Document.read(String(repeating: "- a\n", count: 100_001))
    #expect(many.root == nil && many.diagnostics.count == 1)
  }

  @Test func `any bytes are read or refused`() {
    var random = Seeded(7)
    let sample = Array("a: [1, {b: \"c\"}, !Ref d]\ne: &f |\n  text\ng: *f\n? h\n: 'i'\n".utf8)
    for _ in 0..<3000 {
      var bytes = sample
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let position = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: position)
        default: bytes.insert(contentsOf: bytes[position...].prefix(9), at: position)
        }
      }
      let document = Document.read(String(decoding: bytes, as: UTF8.self))
      #expect(document.root != nil || !document.diagnostics.isEmpty || document == .init(root: nil))
      #expect(document.diagnostics.allSatisfy { $0.place >= .start })
    }
  }
}

struct NearestTests {
  struct Case: Sendable {
    var name: String
    var among: [String]
    var nearest: String?
  }

  @Test(arguments: [
    Case(name: "trian", among: ["prepare", "train"], nearest: "train"),
    Case(name: "Train", among: ["train"], nearest: "train"),
    Case(name: "learning_rat", among: ["learning_rate", "epochs"], nearest: "learning_rate"),
    Case(name: "xyz", among: ["train", "a"], nearest: nil),
    Case(name: "a", among: ["b"], nearest: nil),
    Case(name: "", among: ["", "b"], nearest: nil),
    Case(name: "input", among: ["inputs", "output"], nearest: "inputs"),
  ])
  func `the nearest name is suggested`(test: Case) {
    #expect(nearest(test.name, among: test.among) == test.nearest)
  }

  @Test func `without a near name the names are listed`() {
    #expect(suggestion(for: "xyz", among: ["min", "max"]) == "There are: min, max.")
    #expect(suggestion(for: "xyz", among: []) == "")
  }
}

struct DependencyOrderTests {
  @Test func `items stand behind what they need, otherwise as given`() throws {
    let order = try dependencyOrder([
      ("c", ["a"]), ("b", []), ("a", ["b", "elsewhere"]), ("d", []),
    ])
    .get()
    #expect(order == [1, 2, 0, 3])
  }

  @Test func `a circle is named from its first member`() {
    #expect(
      dependencyOrder([("x", ["a"]), ("a", ["b"]), ("b", ["c"]), ("c", ["a"])])
        == .failure(DependencyCycle(names: ["a", "b", "c", "a"]))
    )
    #expect(dependencyOrder([("a", ["a"])]) == .failure(DependencyCycle(names: ["a", "a"])))
  }
}

/// A generator with a seed (Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
