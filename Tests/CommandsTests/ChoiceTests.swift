import Commands
import Documents
import Foundation
import Store
import Testing

struct ChoiceTests {
  private func instance(_ name: String, _ folder: String) -> InstanceRecord {
    InstanceRecord(name: name, status: .inService, folder: folder, isAdopted: true, created: noon)
  }

  private var three: [InstanceRecord] {
    [instance("work", "/w"), instance("deep", "/w/deep"), instance("other", "/other")]
  }

  @Test func `a script in a pipeline's place is told as one`() {
    for (name, next) in [
      ("train.py", "lathe run -- python3 train.py"), ("./a b.sh", "lathe run -- bash '/w/a b.sh'"),
    ] {
      let refusal = #expect(throws: Explanation.self) {
        try pipelineFile(named: name, in: instance("work", "/w"), from: "/w") { _ in true }
      }
      #expect(refusal?.next == "To run the script alone: " + next)
    }
  }

  @Test(arguments: [
    (nil, "/w/deep/src", "deep"), (nil, "/w/deeper", "work"), (nil, "/other", "other"),
    ("work", "/other", "work"),
  ])
  func `the named instance counts, else the deepest around the folder`(
    name: String?,
    folder: String,
    expected: String
  ) throws {
    #expect(try three.meant(by: name, in: folder).name == expected)
  }

  @Test func `the only instance is meant from anywhere`() throws {
    #expect(try [instance("one", "/x")].meant(by: nil, in: "/").name == "one")
  }

  @Test func `what cannot be told lists what there is`() throws {
    let error = #expect(throws: Explanation.self) { try three.meant(by: nil, in: "/") }
    #expect(error?.why == "There are work, deep, other.")
    let one = #expect(throws: Explanation.self) {
      try [instance("lab", "/x")].meant(by: "nothing", in: "/")
    }
    #expect(one?.why == "There is only lab.")
    let none = #expect(throws: Explanation.self) { try [InstanceRecord]().meant(by: nil, in: "/") }
    #expect(none?.next.contains("lathe up") ?? false)
  }

  @Test(arguments: [
    (nil, "/w", "pipeline.yaml"), ("nightly", "/w", "pipelines/nightly.yaml"),
    ("short", "/w", "short.yaml"), ("pipelines/nightly.yaml", "/w", "pipelines/nightly.yaml"),
    ("./nightly.yaml", "/w/pipelines", "pipelines/nightly.yaml"),
    ("../short.yaml", "/w/pipelines", "short.yaml"), ("/w/short.yaml", "/", "short.yaml"),
  ])
  func `a pipeline is found by path or name`(text: String?, folder: String, expected: String) throws
  {
    let files: Set = ["/w/pipeline.yaml", "/w/short.yaml", "/w/pipelines/nightly.yaml"]
    let file = try pipelineFile(named: text, in: instance("work", "/w"), from: folder) {
      files.contains($0)
    }
    #expect(file == expected)
  }

  @Test(arguments: ["nothing", "../outside.yaml", "/etc/passwd"])
  func `a pipeline that is missing or outside is refused`(text: String) {
    #expect(throws: Explanation.self) {
      try pipelineFile(named: text, in: instance("work", "/w"), from: "/w") {
        !$0.hasPrefix("/w")
      }
    }
  }

  @Test func `a folder is no pipeline, and hides none`() throws {
    let told = #expect(throws: Explanation.self) {
      try pipelineFile(named: "nightly", in: instance("work", "/w"), from: "/w") { _ in
        false
      } isFolder: {
        $0 == "/w/nightly"
      }
    }
    #expect(told?.what == "'nightly' is a folder and no pipeline.")
    let file = try pipelineFile(named: "nightly", in: instance("work", "/w"), from: "/w") {
      $0 == "/w/nightly.yaml"
    } isFolder: {
      $0 == "/w/nightly"
    }
    #expect(file == "nightly.yaml")
  }
}
