import Documents
import Foundation
import Glibc
import Pipelines
import Store

/// Which files of an instance are its code: what a launch freezes.
///
/// By default every file that is small and neither hidden, ignored by git, nor part of an environment
/// or of version control; where steps declare `code`, also all of that, and where all of them do, no more.
struct CodeSnapshot {
  let folder: String
  let pipeline: Pipeline

  static let largestFile = 4 << 20
  static let mostFiles = 20_000
  private static let skippedFolders: Set<String> = [
    "node_modules", "__pycache__", "venv", "env", "site-packages", "wandb", "mlruns",
    "lightning_logs",
  ]

  /// The files, in the order of their names' bytes; each is looked at once and not read.
  func scan(_ intake: Intake) throws -> FolderScan {
    var scan = FolderScan(folder)
    let processes = pipeline.steps.compactMap(\.process)
    // Else nobody sees what is not declared, however much there is of it.
    if processes.isEmpty || processes.contains(where: { $0.code == nil }) {
      try addAll(intake, to: &scan)
    }
    let declared = processes.flatMap { $0.code ?? [] }.map(CodeSnapshot.normal)
    // Many steps may declare the same, and one folder may lie in another.
    for path in Set(declared).sorted() where scan.files.count <= 2 * CodeSnapshot.mostFiles {
      try add(declared: path, intake, to: &scan)
      if scan.files.count > CodeSnapshot.mostFiles { scan.sortFiles() }
    }
    scan.sortFiles()
    guard scan.files.count <= CodeSnapshot.mostFiles else {
      throw refusal(of: scan)
    }
    return scan
  }

  private func addAll(_ intake: Intake, to scan: inout FolderScan) throws {
    guard let files = SourceControl(folder: folder).files() else {
      return try walk("", intake, into: &scan)
    }
    for path in files where isCode(path) {
      scan.addIfPlain(named: path, largest: CodeSnapshot.largestFile)
    }
  }

  /// Of more files than a launch keeps: most likely they are data.
  private func refusal(of scan: FolderScan) -> Explanation {
    var counts: [Substring: Int] = [:]
    for file in scan.files {
      let parts = file.name.split(separator: "/", maxSplits: 1)
      if parts.count > 1, let top = parts.first { counts[top, default: 0] += 1 }
    }
    let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
    let place = most.map { "Most of them lie in '\($0.key)'. " } ?? ""
    return Explanation(
      what: "\(folder) has more than \(CodeSnapshot.mostFiles) code files.",
      why: "\(place)A launch keeps a copy of all that is code.",
      next:
        "Let git ignore data, keep it outside of this folder, or name the code in every step: "
        + "code: [src, configs]"
    )
  }

  /// `./src/` is `src`, and the folder itself is the empty text.
  static func normal(_ path: String) -> String {
    if isNormal(path[...]) { return path }
    if path.first == "/", isNormal(path.dropFirst()) { return String(path.dropFirst()) }
    var parts: [Substring.UTF8View] = []
    for part in path.utf8.split(separator: 47) where !part.elementsEqual(".".utf8) {
      if part.elementsEqual("..".utf8) { _ = parts.popLast() } else { parts.append(part) }
    }
    return parts.map { Substring($0) }.joined(separator: "/")
  }

  /// Whether a path has no empty part and none that begins with a dot, as most have not.
  private static func isNormal(_ path: Substring) -> Bool {
    var isBeginning = true
    for byte in path.utf8 {
      if isBeginning && (byte == 47 || byte == 46) { return false }
      isBeginning = byte == 47
    }
    return !isBeginning
  }

  /// Whether a path that git lists may be code, by its name.
  private func isCode(_ path: String) -> Bool {
    let parts = path.split(separator: "/")
    return !parts.contains { $0.hasPrefix(".") }
      && !parts.dropLast().contains { CodeSnapshot.skippedFolders.contains(String($0)) }
  }

  private func add(declared path: String, _ intake: Intake, to scan: inout FolderScan) throws {
    let full = path.isEmpty ? folder : folder + "/" + path
    var facts = stat()
    guard stat(full, &facts) == 0 else {
      throw Explanation(
        what: "'\(path)' is declared as code but does not exist.",
        why: "\(full) is not there.",
        next: "Correct 'code:' in the pipeline."
      )
    }
    if facts.st_mode & S_IFMT == S_IFDIR {
      try walk(path.isEmpty ? "" : path + "/", intake, into: &scan)
    } else {
      try scan.add(named: path)
    }
  }

  /// Adds the code under a folder, whatever that is called; one that cannot be read has none.
  private func walk(_ top: String, _ intake: Intake, into scan: inout FolderScan) throws {
    // More than are allowed in one folder alone.
    let room = scan.files.count + CodeSnapshot.mostFiles
    var level = [top]
    while !level.isEmpty {
      var next: [String] = []
      for start in stride(from: 0, to: level.count, by: FolderScan.many) {
        let prefixes = level[start..<min(start + FolderScan.many, level.count)]
        let listings = try intake.listings(of: prefixes.map { folder + "/" + $0 }, isKept: true)
        for (prefix, listing) in zip(prefixes, listings) {
          guard let entries = (try? listing.get())?.entries,
            prefix == top || !CodeSnapshot.isEnvironment(entries)
          else { continue }
          add(entries, of: prefix, to: &scan, folders: &next)
          guard scan.files.count <= room else { return }
        }
      }
      level = next
    }
  }

  private static func isEnvironment(_ entries: [FolderListing.Entry]) -> Bool {
    entries.contains { $0.name == "pyvenv.cfg" }
  }

  private func add(
    _ entries: [FolderListing.Entry],
    of prefix: String,
    to scan: inout FolderScan,
    folders next: inout [String]
  ) {
    for entry in entries where !entry.name.hasPrefix(".") {
      let path = prefix + entry.name
      switch entry.kind {
      case .folder:
        if !CodeSnapshot.skippedFolders.contains(entry.name) { next.append(path + "/") }
      case .file, .executable:
        if entry.stamp.size <= CodeSnapshot.largestFile { scan.add(file: entry, as: path) }
      case .link, .special: continue
      }
    }
  }
}
