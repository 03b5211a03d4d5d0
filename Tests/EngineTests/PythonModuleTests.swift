import Foundation
import Pipelines
import Store
import Testing

@testable import Engine

struct PythonModuleTests {
  @Test func `the binary carries exactly the files of the module`() throws {
    let folder = root.appending(path: "Python/lathe")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0 != "__pycache__" }
    #expect(EmbeddedModule.files.map(\.path) == names.sorted().map { "lathe/" + $0 })
    for file in EmbeddedModule.files {
      let original = root.appending(path: "Python").appending(path: file.path)
      #expect(try Data(contentsOf: original) == Data(file.bytes), "\(file.path)")
    }
  }

  @Test func `a step imports the module without installing it`() throws {
    let folder = try makeTemporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let module = try EmbeddedModule.unpack(in: Home(folder: folder + "/home"))
    #expect(module == folder + "/home/share/\(EmbeddedFiles.identity)/python")

    let sdk = folder + "/sdk"
    try FileManager.default.createDirectory(atPath: sdk, withIntermediateDirectories: false)
    let told = try python(
      ["-c", "import lathe; lathe.log({'loss': 0.25}, step=1)"],
      ["PYTHONPATH": module, "LATHE_SDK": sdk]
    )
    #expect(told.status == 0, "\(told.text)")
    let files = try FileManager.default.contentsOfDirectory(atPath: sdk)
    #expect(files.count == 1)
    let data = try Data(contentsOf: URL(filePath: sdk + "/" + (files.first ?? "")))
    #expect(data.starts(with: Array("LATHEPT1".utf8)))
  }

  @Test(arguments: [
    (nil, "/share/python"), ("", "/share/python"), ("/own", "/own:/share/python"),
    ("/a:/b", "/a:/b:/share/python"),
  ])
  func `the module's folder comes after the user's own`(own: String?, path: String) {
    #expect(EmbeddedModule.path(after: own, folder: "/share/python") == path)
  }

  @Test func `the module passes its own tests`() throws {
    let told = try python(["-m", "unittest", "discover", "-t", ".", "-s", "tests"], [:])
    #expect(told.status == 0, "\(told.text)")
    #expect(told.text.contains("\nOK"), "\(told.text)")
  }

  /// Runs Python in the module's folder; what it wrote, and its exit status.
  private func python(
    _ arguments: [String],
    _ environment: [String: String]
  ) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    process.currentDirectoryURL = root.appending(path: "Python")
    let base = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"]
    process.environment = base.merging(environment) { $1 }
      .merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  private var root: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
  }
}
