import Documents
import Engine
import Foundation
import Infrastructure
import Pipelines
import Store
import Testing

struct GalleryTests {
  @Test func `the binary carries exactly the files of Workspaces`() throws {
    let workspaces = sourceRoot.appending(path: "Workspaces")
    let expected = try filesBelow(workspaces)
    #expect(EmbeddedGallery.files.map(\.path).sorted() == expected)
    for file in EmbeddedGallery.files {
      let original = workspaces.appending(path: file.path)
      #expect(try Data(contentsOf: original) == Data(file.bytes), "\(file.path)")
      let isExecutable = FileManager.default.isExecutableFile(atPath: original.path)
      #expect(file.isExecutable == isExecutable, "\(file.path)")
    }
  }

  @Test func `every built-in template has a README and stands in the gallery`() throws {
    #expect(EmbeddedGallery.names == ["digits", "instance", "starter"])
    for name in EmbeddedGallery.names {
      #expect(EmbeddedGallery.text(name + "/README.md")?.hasPrefix("# \(name)\n") == true)
    }
  }

  @Test(arguments: EmbeddedGallery.names)
  func `a built-in template is read without a finding and says what it is for`(
    name: String
  ) throws {
    try withTemporaryFolder { folder in
      let gallery = Gallery(home: Home(folder: folder))
      let loaded = try gallery.template(named: name)
      #expect(loaded.name == name)
      #expect(loaded.warnings == [])
      let entry = try #require(gallery.entries().first { $0.name == name })
      #expect(loaded.folder == entry.folder)
      #expect((20...160).contains(entry.summary.count) && entry.summary.hasSuffix("."))
      #expect(loaded.template.parameters.allSatisfy { $0.label != nil && !$0.description.isEmpty })
    }
  }

  @Test(arguments: ["digits", "starter"])
  func `a built-in pipeline is read without a finding`(name: String) throws {
    let text = try #require(EmbeddedGallery.text(name + "/pipeline.yaml"))
    let (pipeline, findings) = Pipeline.read(text, name: "other")
    #expect(findings == [])
    #expect(pipeline?.name == name)
    #expect(pipeline?.mainMetric?.metric.name == "val_loss")
    let steps = try #require(pipeline?.steps.map(\.name))
    #expect(steps == ["prepare", "train", "evaluate", "accuracy", "register", "alert"])
  }

  @Test func `built-in templates come to lie in the home, private and whole`() throws {
    try withTemporaryFolder { folder in
      let home = Home(folder: folder + "/new/home")
      let file = try Gallery(home: home).file(of: "digits")
      #expect(file == home.share + "/\(EmbeddedFiles.identity)/Workspaces/digits/template.yaml")
      let text = try String(contentsOfFile: file, encoding: .utf8)
      #expect(text == EmbeddedGallery.text("digits/template.yaml"))
      #expect(try mode(of: home.folder) == 0o700)
      #expect(try mode(of: file) == 0o600)
      let left = try FileManager.default.contentsOfDirectory(atPath: home.share)
      #expect(left == [EmbeddedFiles.identity])
    }
  }

  @Test func `many that unpack at once leave one whole gallery`() async throws {
    let folder = temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let home = Home(folder: folder)
    let paths = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<16 { group.addTask { try EmbeddedGallery.unpack(in: home) } }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(paths == [EmbeddedGallery.folder(in: home)])
    let files = try filesBelow(URL(filePath: EmbeddedGallery.folder(in: home)))
    #expect(files == EmbeddedGallery.files.map(\.path).sorted())
    let left = try FileManager.default.contentsOfDirectory(atPath: home.share)
    #expect(left == [EmbeddedFiles.identity])
  }

  @Test func `what was unpacked is not unpacked again`() throws {
    try withTemporaryFolder { folder in
      let home = Home(folder: folder)
      let file = try EmbeddedGallery.unpack(in: home) + "/starter/README.md"
      try "mine".write(toFile: file, atomically: false, encoding: .utf8)
      try EmbeddedGallery.unpack(in: home)
      #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
    }
  }

  @Test func `a home that cannot be made is named`() throws {
    try withTemporaryFolder { folder in
      try "".write(toFile: folder + "/file", atomically: false, encoding: .utf8)
      let gallery = Gallery(home: Home(folder: folder + "/file/home"))
      let error = try #require(throws: Explanation.self) { try gallery.file(of: "digits") }
      #expect(error.what == "'\(folder)/file' cannot be written.")
      #expect(error.next.contains("LATHE_HOME"))
      #expect(gallery.entries().map(\.name) == ["digits", "instance", "starter"])
    }
  }

  @Test func `the user's own templates follow, and take the place of a built-in one`() throws {
    try withTemporaryFolder { folder in
      let home = Home(folder: folder)
      for name in ["mine", "digits", "no-template"] {
        try makeFolder(home.templates + "/" + name)
      }
      for name in ["mine", "digits"] {
        let file = home.templates + "/\(name)/template.yaml"
        try "Resources: {}".write(toFile: file, atomically: false, encoding: .utf8)
      }
      let gallery = Gallery(home: home)
      #expect(gallery.entries().map(\.name) == ["instance", "starter", "digits", "mine"])
      #expect(gallery.entries().map(\.isBuiltIn) == [true, true, false, false])
      #expect(try gallery.file(of: "digits") == home.templates + "/digits/template.yaml")
    }
  }

  @Test func `a path to a file or its folder is a template too`() throws {
    try withTemporaryFolder { folder in
      let gallery = Gallery(home: Home(folder: folder + "/home"))
      try makeFolder(folder + "/lab")
      try "{}".write(toFile: folder + "/lab/template.json", atomically: false, encoding: .utf8)
      #expect(try gallery.file(of: folder + "/lab") == folder + "/lab/template.json")
      #expect(
        try gallery.file(of: folder + "/lab/../lab/template.json") == folder + "/lab/template.json"
      )
    }
  }

  @Test(arguments: [
    ("digit", "Did you mean 'digits'? 'lathe templates' lists all."),
    ("no/such/template.yaml", "There are: digits, instance, starter. 'lathe templates' lists all."),
    ("", "There are: digits, instance, starter. 'lathe templates' lists all."),
  ])
  func `an unknown name gets the nearest one`(name: String, next: String) throws {
    try withTemporaryFolder { folder in
      let gallery = Gallery(home: Home(folder: folder))
      let error = try #require(throws: Explanation.self) { try gallery.file(of: name) }
      #expect(error.what == "There is no template '\(name)'.")
      #expect(error.next == next)
    }
  }

  @Test func `what is no template is refused before it is understood`() throws {
    try withTemporaryFolder { folder in
      let gallery = Gallery(home: Home(folder: folder))
      func why(_ bytes: Data) throws -> String {
        let file = folder + "/a.yaml"
        try bytes.write(to: URL(filePath: file))
        return try #require(throws: Explanation.self) { try gallery.template(named: file) }.why
      }
      #expect(try why(Data([0x41, 0xFF, 0xFE])) == "It is not text in UTF-8.")
      #expect(
        try why(Data(count: (1 << 20) + 1)) == "It is larger than 1 MiB, which no template is."
      )
      try #require(mkfifo(folder + "/pipe", 0o600) == 0)
      let error = try #require(throws: Explanation.self) {
        try gallery.template(named: folder + "/pipe")
      }
      #expect(error.why == "It is not a file.")
      let empty = try #require(throws: Explanation.self) { try gallery.template(named: folder) }
      #expect(empty.what == "'\(folder)' holds no template.")
    }
  }
}

private let sourceRoot = URL(filePath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent()

/// Every regular file's path below a folder, sorted; what Python leaves behind does not count.
private func filesBelow(_ folder: URL) throws -> [String] {
  try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { path in
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(
      atPath: folder.appending(path: path).path,
      isDirectory: &isFolder
    )
    return exists && !isFolder.boolValue && !path.contains("__pycache__")
  }.sorted()
}

private func mode(of path: String) throws -> Int {
  let attributes = try FileManager.default.attributesOfItem(atPath: path)
  return try #require(attributes[.posixPermissions] as? Int)
}

private func makeFolder(_ path: String) throws {
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
}

private func temporaryFolder() -> String {
  FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    .appending(path: "lathe-gallery-\(UUID().uuidString)").path
}

private func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  let folder = temporaryFolder()
  try makeFolder(folder)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}
