import Documents
import Pipelines
import Testing

@testable import Engine

/// The pipeline that was read last is not read again, and no other one is taken for it.
struct PipelineMemoTests {
  private let memo = PipelineMemo()

  private static func text(_ input: String) -> String {
    "steps: { a: { type: Processing, run: [x], inputs: { d: \(input) } } }"
  }

  private func input(_ text: String, name: String = "p") throws -> ProcessStep.Input? {
    let pipeline = try memo.read(text, name: name, file: "p.yaml")
    #expect(pipeline.name == name)
    return pipeline.steps.first?.process?.inputs["d"]
  }

  @Test func `each text and name is itself, whatever was read before`() throws {
    // One accent, in two spellings: two names of files.
    let texts = ["a.csv", "b.csv", "\u{E9}.csv", "e\u{301}.csv"]
    for text in texts + texts.reversed() {
      for name in ["p", "q"] {
        for _ in 0..<2 {
          guard case .path(let path, _)? = try input(Self.text(text), name: name) else {
            Issue.record("\(text) is no path")
            continue
          }
          #expect(path.utf8.elementsEqual(text.utf8))
        }
      }
    }
  }

  @Test func `a text that is refused is refused again, and what is known stays`() throws {
    _ = try input(Self.text("a.csv"))
    for _ in 0..<2 {
      #expect(throws: InvalidDocument.self) {
        try memo.read("steps: []", name: "p", file: "p.yaml")
      }
    }
    _ = try input(Self.text("a.csv"))
  }
}
