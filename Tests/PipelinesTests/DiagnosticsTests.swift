import Documents
import Pipelines
import Testing

/// The text without its marks, and their places: `▸` stands before what is wrong.
func marked(_ text: String) -> (text: String, places: [Place]) {
  var plain = ""
  var places: [Place] = []
  var place = Place.start
  for scalar in text.unicodeScalars {
    if scalar == "▸" {
      places.append(place)
      continue
    }
    plain.unicodeScalars.append(scalar)
    place.column += 1
    if scalar == "\n" { place = Place(line: place.line + 1, column: 1) }
  }
  return (plain, places)
}

struct DiagnosticsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var text: String
    var messages: [String]
    var testDescription: String { messages.first ?? "" }

    init(_ text: String, _ messages: String...) {
      self.text = text
      self.messages = messages
    }
  }

  @Test(arguments: [
    Case(
      "▸stepz: {}\n",
      "The pipeline has no key 'stepz'. Did you mean 'steps'?",
      "The pipeline needs 'steps'. "
    ),
    Case(
      "steps: { a: { type: ▸Trainig, run: x }, b: { ▸type: , ▸rum: x } }",
      "Step 'a' has the unknown type 'Trainig'. Did you mean 'Training'?",
      "Step 'b' needs 'type'. ",
      "Step 'b' has no key 'rum'. Did you mean 'run'?"
    ),
    Case(
      "steps:\n  train: { type: Training, run: [x], inputs: { d: \"▸${steps.prepar.outputs.data}\" } }\n  prepare: { type: Processing, run: [y, \"a ▸${inputs.z}\"] }",
      "There is no step 'prepar'. Did you mean 'prepare'?",
      "Step 'prepare' has no input 'z'. "
    ),
    Case(
      "parameters: { lr: { type: Float, default: ▸abc }, n: { type: Int▸eger } }\nsteps: {}"
        .replacing("Int▸eger", with: "▸Intger").replacing("steps: {}", with: "steps: ▸{}"),
      "The default of parameter 'lr' is 'abc', which is not a number. Write it such as 0.1 or 1e-3.",
      "Parameter 'n' has the unknown type 'Intger'. Did you mean 'Integer'?",
      "The pipeline has no steps. "
    ),
    Case(
      "steps:\n  ▸a: { type: Processing, run: x, depends_on: [b] }\n  b: { type: Processing, run: x, depends_on: a }",
      "The steps depend on each other in a circle: a -> b -> a. Each one waits for the one behind it."
    ),
    Case(
      "steps:\n  a: { type: Training, run: x, outputs: { m: ▸../m, n: ▸/n }, metrics: [{ name: l, regex: 'a▸(b' }] }",
      "Output 'm' is '../m', which leaves the step's work folder. Give a path relative to the work folder, such as m.",
      "Output 'n' is '/n', which leaves the step's work folder. Give a path relative to the work folder, such as n.",
      "The regex of metric 'l' cannot be used, at its column 2"
    ),
    Case(
      "steps:\n  a: { type: Training, run: x, metrics: [{ name: l, regex: ▸'l=5' }] }",
      "The regex of metric 'l' has no group: nothing says which part is the number. Put it in brackets, such as 'l=(\\S+)'."
    ),
    Case(
      "steps:\n  a: { type: Training, run: x, watch: [{ rule: Plateau, metric: l, num_steps: ▸0 }] }",
      "'num_steps' has to be a number above 0, and is '0'."
    ),
    Case(
      "steps:\n  a: { type: Training, run: x, watch: [{ rule: Overfit, metric: l, train: l }] }",
      "Rule 'Overfit' holds 'l' against itself."
    ),
    Case(
      "steps:\n  a: { type: Processing, run: [x, \"▸${HOME}\", \"▸${parameter.b}\", ▸~] }",
      "'${HOME}' is not a reference. References begin with",
      "'${parameter.b}' is not a reference. Did you mean 'parameters'?",
      "'run' has to be a text, and is nothing. "
    ),
    Case(
      "steps:\n  c: { type: Condition, if: ▸1 = 2, then: [▸nope, f, ▸f] }\n  f: { type: Fail, message: \"▸${inputs.x}\" }",
      "The condition compares nothing. Did you mean '=='?",
      "There is no step 'nope'. There are: c, f.",
      "Step 'f' stands twice in the branches of condition 'c'. A step belongs to one branch.",
      "Step 'f' has no inputs: it is a Fail step. "
    ),
    Case(
      "steps: { a: { type: Processing, run: x, cpu: ▸0, memory: ▸4Zi, cache: ▸yes, pass_env: [▸1A] }, ▸a: 1 }",
      "'cpu' has to be a number of CPUs from 0.01 to 4096, and is '0'. Write 2, 0.5 or 0.125: ",
      "'memory' cannot be '4Zi'. Write a size such as 512MiB, 4GiB or 4000000000.",
      "'cache' has to be true or false, and is 'yes'. ",
      "'1A' cannot name an environment variable. ",
      "'a' stands here a second time. The first one is on line 1."
    ).with(duplicateKeys: true),
  ])
  func `every fault is told with its place`(test: Case) {
    let (text, places) = marked(test.text)
    let (pipeline, findings) = Pipeline.read(text, name: "p")
    #expect(pipeline == nil)
    let told = findings.map { "\($0.message) \($0.hint)" }
    #expect(told.count == test.messages.count, "\(told)")
    for (told, expected) in zip(told, test.messages) { #expect(told.hasPrefix(expected)) }
    if !places.isEmpty, places.count == findings.count { #expect(findings.map(\.place) == places) }
  }
}

extension DiagnosticsTests.Case {
  /// Only the last of two equal keys is read, so that the first one's faults are not told.
  fileprivate func with(duplicateKeys: Bool) -> Self {
    var test = self
    test.text = text.replacing(", ▸a: 1 }", with: "}")
    test.messages.removeLast()
    return test
  }
}

struct ReadingTests {
  @Test func `steps may be a list with names`() throws {
    let (pipeline, findings) = Pipeline.read(
      "steps:\n  - { name: b, type: Processing, run: x, depends_on: a }\n  - { name: a, type: Processing, run: y }",
      name: "given"
    )
    #expect(findings == [])
    #expect(pipeline?.name == "given")
    #expect(pipeline?.steps.map(\.name) == ["a", "b"])
  }

  @Test func `texts know references, list indexes and a plain dollar brace`() throws {
    let (read, findings) = Pipeline.read(
      """
      steps:
        a: { type: Processing, run: x, outputs: { r: r.json } }
        b: { type: Processing, run: ["$${x}", "${run.id}-${steps.a.outputs.r.list[0].v}"] }
      """,
      name: "p"
    )
    #expect(findings == [])
    let step = try #require(read?.step("b"))
    #expect(step.dependsOn == ["a"])
    #expect(
      step.process?.command
        == .arguments([
          Text("${x}"),
          Text([
            .reference(.run("id")), .literal("-"),
            .reference(.stepValue(step: "a", output: "r", path: ["list", "0", "v"])),
          ]),
        ])
    )
  }

  @Test func `a condition's sides and operators are understood`() throws {
    let (read, findings) = Pipeline.read(
      """
      parameters: { mode: { type: String, default: a } }
      steps:
        c: { type: Condition, if: ["${parameters.mode} == 'a >= b'", "1<=2"], else: f }
        f: { type: Fail, message: no }
      """,
      name: "p"
    )
    #expect(findings == [])
    guard case .condition(let condition) = try #require(read).steps[0].work else {
      Issue.record("no condition")
      return
    }
    #expect(
      condition.comparisons == [
        .init(
          left: Text([.reference(.parameter("mode"))]),
          operator: .equal,
          right: Text("a >= b")
        ),
        .init(left: Text("1"), operator: .lessOrEqual, right: Text("2")),
      ]
    )
    #expect(condition.elseSteps == ["f"])
  }

  @Test func `parameters take typed values or defaults, all faults at once`() throws {
    let pipeline = try #require(Pipeline.read(digits, name: "p").0)
    let values = try pipeline.values(for: ["epochs": "5", "mode": "quick"])
    #expect(values["epochs"] == .integer(5))
    #expect(values["fraction"] == .float(1))
    let error = #expect(throws: InvalidParameters.self) {
      try pipeline.values(for: [
        "epochs": "x", "learning_rate": "11", "mode": "ful", "learning_rat": "1",
      ])
    }
    #expect(
      error?.faults.map { "\($0.message) \($0.hint)" } == [
        "Parameter 'learning_rate' is '11', more than its maximum 10. ",
        "Parameter 'epochs' is 'x', which is not a whole number. Write it in digits, such as 20.",
        "Parameter 'mode' is 'ful', which is not among its values. Did you mean 'full'?",
        "Pipeline 'digits' has no parameter 'learning_rat'. Did you mean 'learning_rate'?",
      ]
    )
  }

  @Test(arguments: [
    (["python", "steps/train.py", "--lr", "0.1"], "train"), (["./fit.sh"], "fit"),
    (["python3.11", "-m", "my.pkg"], "my"), ([], "run"), (["/usr/bin/env", "x"], "env"),
    (["…"], "run"),
  ])
  func `a single command becomes a step named after it`(command: [String], name: String) {
    let pipeline = Pipeline.single(command: command)
    #expect(pipeline.steps.map(\.name) == [name])
    #expect(pipeline.steps[0].process?.isCached == false)
  }

  @Test func `a mutated pipeline is read or refused`() {
    var random = Seeded(11)
    let sample = Array(digits.utf8)
    for _ in 0..<300 {
      var bytes = sample
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let position = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeSubrange(position..<min(bytes.count, position + 7))
        default: bytes.insert(contentsOf: bytes[position...].prefix(30), at: position)
        }
      }
      let (pipeline, findings) = Pipeline.read(String(decoding: bytes, as: UTF8.self), name: "p")
      #expect((pipeline == nil) == findings.contains { $0.severity == .error })
    }
  }
}
