import Engine
import Foundation
import Pipelines
import Store
import Terminal
import Testing

@testable import Workbench

/// What the lists of models and of files leave out.
struct ListFilterTests {
  private func model(_ version: Int, _ approval: Approval, run: Int) -> ModelRecord {
    ModelRecord(
      group: "digits",
      version: version,
      approval: approval,
      run: run,
      step: "train",
      instance: "lab",
      artifact: Artifact(kind: .folder, digest: Digest(of: "m"), size: 400_000),
      metrics: [:],
      created: Date(timeIntervalSince1970: fixedNow - 300)
    )
  }

  @Test(arguments: [
    ("digits/2", [2]), ("r11", [1]), ("reject", [2]), ("LAB approved", [1]), ("zebra", []),
  ])
  func `models are filtered by name, decision, run and instance`(_ text: String, _ found: [Int]) {
    let models = [model(2, .rejected, run: 12), model(1, .approved, run: 11)]
    let context = context([.models: .models(models)])
    var view = ModelsView()
    _ = view.update(.answered(.models), context)
    for key in [Key("/")] + text.map({ Key($0) }) + [.enter] { _ = view.press(key, context) }
    let picture = RunFixture.picture(view, context)
    for version in 1...2 {
      #expect(picture.contains("│ digits/\(version) ") == found.contains(version), "\(picture)")
    }
    #expect(picture.contains("No model matches the filter.") == found.isEmpty)
    // What is selected is what is seen.
    let opened = view.press(.enter, context)
    #expect(opened == (found.first.map { [.open(.run($0 + 10))] } ?? opened))
    _ = view.press(.escape, context)
    #expect(RunFixture.picture(view, context).contains("│ digits/1 "))
  }

  @Test func `the explorer hides what is Git's, and counts the runs of its own instance`() {
    let entries = [
      FolderEntry(name: ".git", isFolder: true, size: 0),
      FolderEntry(name: ".gitignore", isFolder: false, size: 9),
    ]
    let context = context([
      .header: header(all: 52), .instances: .instances([instance()]),
      .folder(instance().folder): .folder(entries), .runCount(instance: "digits"): .count(3),
    ])
    var view = ExplorerView(instance: "digits")
    _ = view.update(.answered(.instances), context)
    _ = view.update(.answered(.folder(instance().folder)), context)
    #expect(view.rows(context).map(\.entry.name) == [".gitignore"])
    #expect(view.queries.contains(.runCount(instance: "digits")))
    let picture = RunFixture.picture(view, context)
    #expect(picture.contains("runs      3, key 1 lists them") && !picture.contains("52"))
  }
}
