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
}
