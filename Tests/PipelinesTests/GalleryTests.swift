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
}
