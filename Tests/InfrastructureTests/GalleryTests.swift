import Documents
import Foundation
import Infrastructure
import Testing

struct GalleryTests {
  @Test(arguments: ["digits", "starter", "instance"])
  func `the gallery's templates are sound`(name: String) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = root.appending(path: "Workspaces/\(name)/template.yaml")
    let (read, findings) = Template.read(try String(contentsOf: file, encoding: .utf8))
    #expect(findings == [])
    let template = try #require(read)
    #expect(!template.description.isEmpty)
    let resolved = try template.resolved(
      with: [:],
      pseudo: PseudoParameters(stackName: name, stackID: "id")
    )
    #expect(resolved.resources.contains { $0.type == "AWS::SageMaker::NotebookInstance" })
  }

  @Test func `the documentation's first example is sound`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "docs/templates.md"), encoding: .utf8)
    let block = page.components(separatedBy: "```yaml\n")[1].components(separatedBy: "```")[0]
    let (template, findings) = Template.read(block)
    #expect(findings == [])
    #expect(template != nil)
  }

  @Test(.timeLimit(.minutes(1)))
  func `a large hostile text takes a bounded time`() {
    let names = String(repeating: "${a} ", count: 150_000)
    let unknown = (0..<20_000).map { "  s\($0): !Ref x\($0 + 1)\n" }.joined()
    for text in [
      "x: !Sub |\n  \(names)\nResources:\n  A: !Sub \"\(names)\"",
      "steps:\n\(unknown)Resources:\n\(unknown)",
    ] {
      #expect(Template.read(text).0 == nil)
    }
  }
}
