import Documents
import Foundation
import Pipelines
import Store
import Testing

@testable import Engine

struct ReferencesTests {
  private let site: RunSite

  init() throws { site = try RunSite() }

  private func references(
    _ parameters: [String: ParameterValue] = [:],
    report: String? = nil
  ) throws -> References {
    var run = RunRecord(
      id: 7,
      instance: "digits",
      pipeline: "p",
      status: .executing,
      created: Date(),
      pipelineFile: Digest(of: ""),
      code: Digest(of: "")
    )
    run.parameters = parameters
    var outputs: [String: [String: Artifact]] = [:]
    if let report {
      let digest = try site.store.put(Data(report.utf8))
      outputs["e"] = ["r": Artifact(kind: .file, digest: digest, size: report.utf8.count)]
    }
    return References(
      run: run,
      outputs: outputs,
      objects: site.store,
      inputPaths: ["data": "inputs/data"],
      outputPaths: ["model": "model.txt"]
    )
  }

  private static let hostile = [
    "$(touch ran)", "`touch ran`", "; touch ran", "\ntouch ran\n", "| touch ran", "&& touch ran",
    "\"; touch ran; \"", "'; touch ran; '", "${x:=$(touch ran)}", "> ran", "a b  c", "*", "-n", "~",
    "\\", "ü🎉", "", "$HOME", "!!", "\u{1B}[31m",
  ]

  @Test(arguments: hostile)
  func `a value in a shell line is never a command`(value: String) throws {
    let references = try references(["x": .string(value)])
    let texts: [[Text.Part]] = [
      [.literal("printf %s \""), .reference(.parameter("x")), .literal("\" > out")],
      [.literal("printf %s "), .reference(.parameter("x")), .literal(" > /dev/null || true")],
    ]
    for (index, parts) in texts.enumerated() {
      let (line, variables) = try references.shellLine(Text(parts))
      #expect(!line.contains("touch"))
      let answer = try ChildProcess.collect(
        ["bash", "-c", line],
        environment: variables.merging(["PATH": "/usr/bin:/bin"]) { a, _ in a },
        folder: site.folder,
        timeout: 30
      )
      #expect(!FileManager.default.fileExists(atPath: site.folder + "/ran"))
      if index == 0 {
        #expect(answer.exit == .code(0))
        #expect(site.read(site.folder + "/out") == value)
      }
    }
  }

  @Test func `an argument is one argument, whatever is in it`() throws {
    let text = Text([.literal("--name="), .reference(.parameter("x"))])
    #expect(try references(["x": .string("a b; c")]).resolve(text) == "--name=a b; c")
  }

  @Test(
    arguments: [
      (Reference.input("data"), "inputs/data"), (.output("model"), "model.txt"), (.run("id"), "r7"),
      (.run("name"), "r7"), (.run("pipeline"), "p"), (.parameter("rate"), "1.0"),
      (.parameter("small"), "1e-05"), (.parameter("on"), "true"),
      (.stepValue(step: "e", output: "r", path: ["acc"]), "1"),
      (.stepValue(step: "e", output: "r", path: ["one"]), "1.0"),
      (.stepValue(step: "e", output: "r", path: ["zero"]), "0"),
      (.stepValue(step: "e", output: "r", path: ["yes"]), "true"),
      (.stepValue(step: "e", output: "r", path: ["exact"]), "0.30000000000000004"),
      (.stepValue(step: "e", output: "r", path: ["list", "1", "name"]), "b ü"),
    ]
  )
  func `a reference stands for`(reference: Reference, text: String) throws {
    let references = try references(
      ["rate": .float(1), "small": .float(1e-5), "on": .boolean(true)],
      report: """
        {"acc": 1, "one": 1.0, "zero": 0, "yes": true, "exact": 0.30000000000000004,
         "list": [1, {"name": "b ü"}]}
        """
    )
    #expect(try references.value(of: reference) == text)
  }

  @Test(
    arguments: [
      (#"{"a": 1}"#, ["b"], "There are a."), (#"{"a": [1]}"#, ["a", "1"], "'1' is not there."),
      (#"{"a": [1]}"#, ["a", "-1"], "'-1' is not there."), ("not json", ["a"], "is not JSON"),
      ("", ["a"], "is not JSON"), (#"{"a": NaN}"#, ["a"], "is not JSON"),
      ("7", ["a"], "'a' is not there."),
    ]
  )
  func `a report without the value is explained`(
    report: String,
    path: [String],
    why: String
  ) throws {
    let references = try references(report: report)
    let error = #expect(throws: Explanation.self) {
      try references.value(of: .stepValue(step: "e", output: "r", path: path))
    }
    #expect(error?.why.contains(why) == true, "\(error?.why ?? "")")
  }

  @Test(
    arguments: [
      ("1 == 1.0", true), ("1 != 1.0", false), ("0.1 < 1e-1", false), ("0.1 <= 1e-1", true),
      ("10 > 9", true), ("-1 >= 0", false), ("a == a", true), ("a != b", true), ("a == A", false),
      ("nan == nan", false), ("nan >= 0", false), ("inf > 1e308", true), ("true == true", true),
      ("01 == 1", true),
    ]
  )
  func `a comparison holds`(text: String, outcome: Bool) throws {
    #expect(try comparison(text).holds(references()) == outcome)
  }

  @Test(arguments: ["a < b", "1 > b", "true >= false", "quick <= 1"])
  func `text has no order`(text: String) throws {
    let comparison = try comparison(text)
    let references = try references()
    #expect(throws: Explanation.self) { try comparison.holds(references) }
  }

  private func comparison(_ text: String) throws -> ConditionStep.Comparison {
    let words = text.split(separator: " ").map(String.init)
    return ConditionStep.Comparison(
      left: Text(words[0]),
      operator: try #require(.init(rawValue: words[1])),
      right: Text(words[2])
    )
  }
}
