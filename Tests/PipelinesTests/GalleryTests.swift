import Documents
import Foundation
import Pipelines
import Testing

struct GalleryTests {
  @Test(arguments: ["digits", "starter"])
  func `the gallery's pipelines are sound`(name: String) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = root.appending(path: "Workspaces/\(name)/pipeline.yaml")
    let (pipeline, findings) = Pipeline.read(
      try String(contentsOf: file, encoding: .utf8),
      name: "p"
    )
    #expect(findings == [])
    #expect(pipeline?.name == name)
    #expect(pipeline?.mainMetric != nil)
  }

  @Test func `the documentation's first example is sound`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "docs/pipeline.md"), encoding: .utf8)
    let block = page.components(separatedBy: "```yaml\n")[1].components(separatedBy: "```")[0]
    let (pipeline, findings) = Pipeline.read(block, name: "p")
    #expect(findings == [])
    #expect(pipeline != nil)
  }

  @Test(.timeLimit(.minutes(1)))
  func `a large hostile text takes a bounded time`() {
    let names = String(repeating: "${a} ", count: 150_000)
    let unknown = (0..<20_000).map { "  s\($0): !Ref x\($0 + 1)\n" }.joined()
    for text in [
      "x: !Sub |\n  \(names)\nResources:\n  A: !Sub \"\(names)\"",
      "steps:\n\(unknown)Resources:\n\(unknown)",
    ] {
      #expect(Pipeline.read(text, name: "p").0 == nil)
    }
  }
}
