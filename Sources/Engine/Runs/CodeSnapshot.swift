import Documents
import Foundation
import Glibc
import Pipelines

/// Which files of an instance are its code: what a launch freezes.
///
/// By default every file that is small and neither hidden, ignored by git, nor part of an environment
/// or of version control; where steps declare `code`, also all of that.
struct CodeSnapshot {
  let folder: String
  let pipeline: Pipeline

  static let largestFile = 4 << 20
  static let mostFiles = 20_000
  private static let skippedFolders: Set<String> = [
    "node_modules", "__pycache__", "venv", "env", "site-packages", "wandb", "mlruns",
    "lightning_logs",
  ]

  /// Paths relative to the folder, in order.
  func paths() throws -> [String] {
    let declared = pipeline.steps.flatMap { $0.process?.code ?? [] }.map(CodeSnapshot.normal)
    var found = Set(try SourceControl(folder: folder).files()?.filter(isCode) ?? walk(""))
    for path in declared {
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
        found.formUnion(try walk(path.isEmpty ? "" : path + "/"))
      } else {
        found.insert(path)
      }
    }
    guard found.count <= CodeSnapshot.mostFiles else {
      throw Explanation(
        what: "\(folder) has more than \(CodeSnapshot.mostFiles) code files.",
        why: "A launch keeps a copy of all of them.",
        next: "Name the folders with code in the pipeline: code: [src, configs]"
      )
    }
    return found.sorted()
  }

  /// `./src/` is `src`, and the folder itself is the empty text.
  static func normal(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
  }

  private func isCode(_ path: String) -> Bool {
    let parts = path.split(separator: "/")
    guard !parts.contains(where: { $0.hasPrefix(".") }),
      !parts.dropLast().contains(where: { CodeSnapshot.skippedFolders.contains(String($0)) })
    else { return false }
    var facts = stat()
    return lstat(folder + "/" + path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
      && facts.st_size <= CodeSnapshot.largestFile
  }

  private func walk(_ prefix: String) throws -> [String] {
    var files: [String] = []
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + prefix)) ?? []
    for name in names where !name.hasPrefix(".") {
      let path = prefix + name
      var facts = stat()
      guard lstat(folder + "/" + path, &facts) == 0 else { continue }
      if facts.st_mode & S_IFMT == S_IFDIR {
        if CodeSnapshot.skippedFolders.contains(name)
          || access(folder + "/" + path + "/pyvenv.cfg", F_OK) == 0
        {
          continue
        }
        files += try walk(path + "/")
      } else if isCode(path) {
        files.append(path)
      }
      guard files.count <= CodeSnapshot.mostFiles else { break }
    }
    return files
  }
}
