import Foundation
import Store
import Testing

struct FileWatchTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test func `a change wakes, and names what was added`() throws {
    let file = try scratch.write("a", "file")
    let watch = FileWatch()
    #expect(watch.add(file))
    #expect(watch.add(scratch.path))
    #expect(!watch.add(scratch.path + "/none"))
    #expect(!watch.wait(milliseconds: 0))
    let handle = try FileHandle(forWritingTo: URL(filePath: file))
    try handle.write(contentsOf: Data("b".utf8))
    try handle.close()
    #expect(watch.wait(milliseconds: 5000))
    #expect(watch.changes() == [file, scratch.path])
    #expect(watch.changes().isEmpty)
    try scratch.write("c", "other")
    #expect(watch.changes() == [scratch.path])
  }

  @Test func `what is removed or not watched any more is silent`() throws {
    let file = try scratch.write("a", "file")
    let watch = FileWatch()
    watch.add(file)
    watch.remove(file)
    try Data("b".utf8).write(to: URL(filePath: file))
    #expect(watch.changes().isEmpty)
    watch.add(file)
    try FileManager.default.removeItem(atPath: file)
    #expect(watch.changes() == [file])
  }

  @Test func `what nobody tells of is known to be looked at`() throws {
    let (near, far) = (try scratch.write("a", "near"), try scratch.write("a", "far"))
    let watch = FileWatch { $0.hasSuffix("/far") }
    #expect(watch.add(near) && watch.add(far))
    #expect(!watch.add(scratch.path + "/none"))
    #expect(watch.blindPaths == [far])
    watch.remove(far)
    #expect(watch.blindPaths.isEmpty)
    #expect(FileWatch().blindPaths.isEmpty)
  }

  @Test func `a commit to the catalog wakes its readers`() throws {
    let writer = try CatalogWriter(home: scratch.home)
    let watch = FileWatch()
    #expect(watch.add(scratch.home.catalog + "-wal"))
    try writer.write { _ = try $0.launch(of: 1) }
    #expect(!watch.wait(milliseconds: 0))
    try writer.write { try $0.saveInstance() }
    #expect(watch.wait(milliseconds: 5000))
  }
}

extension CatalogWriter.Transaction {
  fileprivate borrowing func saveInstance() throws {
    try save(
      InstanceRecord(name: "i", status: .inService, folder: "/f", isAdopted: true, created: Date())
    )
  }
}
