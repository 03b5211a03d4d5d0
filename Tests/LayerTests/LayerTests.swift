import Foundation
import Testing

/// The targets from the top down, each with what it may import; an import may only point down.
private let layers: [(target: String, imports: Set<String>)] = [
  ("lathe", ["Commands", "Documents", "Engine", "Store", "TerminalCurses", "Workbench"]),
  (
    "Commands",
    [
      "ArgumentParser", "Curves", "Documents", "Engine", "Infrastructure", "Pipelines", "Series",
      "Store", "Terminal",
    ]
  ),
  (
    "Workbench",
    [
      "CSystem", "Curves", "Documents", "Engine", "Infrastructure", "Pipelines", "Series", "Store",
      "Terminal",
    ]
  ),
  ("Curves", ["Series", "Store", "Terminal"]),
  ("TerminalCurses", ["CNcurses", "CSystem", "Terminal"]),
  ("CNcurses", []),
  ("Engine", ["CSystem", "Documents", "Infrastructure", "Pipelines", "Series", "Store"]),
  ("Store", ["CSystem", "Crypto", "Documents", "GRDB", "GRDBSQLite", "Pipelines", "Series"]),
  ("Pipelines", ["Documents"]),
  ("Infrastructure", ["Documents"]),
  ("Documents", ["CYaml", "Yams"]),
  ("Series", []),
  ("Terminal", []),
  ("CSystem", []),
]

/// What any target may import.
private let system: Set<String> = ["Dispatch", "Foundation", "Glibc", "Synchronization"]

/// Files that are longer than 400 lines, each with the reason.
private let longFiles: [String: String] = [:]

struct LayerTests {
  @Test(arguments: layers.map(\.target))
  func `a target imports what its line in the table allows`(target: String) throws {
    let allowed = try #require(layers.first { $0.target == target }).imports.union(system)
    for file in try swiftFiles(below: "Sources/\(target)") {
      for (number, module) in try imports(of: file) {
        #expect(allowed.contains(module), "\(file):\(number) imports \(module)")
      }
    }
  }

  @Test func `imports point down`() {
    for (place, layer) in layers.enumerated() {
      let below = Set(layers[(place + 1)...].map(\.target))
      let ours = layer.imports.intersection(layers.map(\.target))
      #expect(ours.isSubset(of: below), "\(layer.target) imports \(ours.subtracting(below))")
    }
  }

  @Test func `the manifest and the folders have the table's targets, no more and no fewer`() throws
  {
    let expected = layers.map(\.target).sorted()
    let manifest = try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
    let declaration = /\.(target|systemLibrary|executableTarget)\(\s*name: "(\w+)"/
    #expect(manifest.matches(of: declaration).map { String($0.output.2) }.sorted() == expected)
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: root.appending(path: "Sources").path
    )
    #expect(folders.sorted() == expected)
  }

  @Test func `no source is longer than 400 lines without a reason`() throws {
    for file in try swiftFiles(below: "Sources") {
      let lines = try text(of: file).split(separator: "\n", omittingEmptySubsequences: false).count
      #expect(lines <= 401 || longFiles[file] != nil, "\(file) has \(lines - 1) lines")
    }
  }

  @Test func `every long file that is listed is one`() throws {
    for file in longFiles.keys {
      #expect(try text(of: file).split(separator: "\n").count > 300, "\(file)")
    }
  }
}

private let root = URL(filePath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent()

private func text(of file: String) throws -> String {
  try String(contentsOf: root.appending(path: file), encoding: .utf8)
}

/// Paths from the source root, sorted; at least one, so that a moved folder is noticed.
private func swiftFiles(below folder: String) throws -> [String] {
  let paths = try FileManager.default.subpathsOfDirectory(
    atPath: root.appending(path: folder).path
  )
  try #require(!paths.isEmpty)
  return paths.filter { $0.hasSuffix(".swift") }.sorted().map { folder + "/" + $0 }
}

/// The modules that a file imports, each with its line number.
private func imports(of file: String) throws -> [(line: Int, module: String)] {
  let statement = /^\s*(@\w+(\(\w+\))?\s+)*((package|internal|private|public)\s+)?import\s+(.+)$/
  return try text(of: file).split(separator: "\n", omittingEmptySubsequences: false)
    .enumerated().compactMap { number, line in
      guard let match = line.firstMatch(of: statement) else { return nil }
      // `import struct Foundation.Data` names the module in its last word, before the dot.
      let last = match.output.5.split(separator: " ").last ?? ""
      let module = last.split(separator: ".").first ?? ""
      return (number + 1, String(module))
    }
}
