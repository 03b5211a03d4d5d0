import Foundation
import Pipelines
import Store

/// What git knows of a folder; nothing where there is no git or no repository.
struct SourceControl {
  let folder: String

  /// Files that are tracked, or untracked and not ignored; nil outside of a repository.
  func files() -> [String]? {
    guard isRepository,
      let output = git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    else { return nil }
    return output.split(separator: "\0").map(String.init)
  }

  /// Commit, branch and what is not committed; the diff goes to the object store.
  func version(objects: ObjectStore) -> SourceVersion {
    guard isRepository else { return .unknown }
    var version = SourceVersion()
    version.commit = git("rev-parse", "--verify", "-q", "HEAD")?.trimmed
    version.branch = git("symbolic-ref", "-q", "--short", "HEAD")?.trimmed
    let status = git("status", "--porcelain", "-z", "--", ".") ?? ""
    var entries = status.split(separator: "\0").makeIterator()
    while let entry = entries.next(), version.editedFiles.count < 1000 {
      guard entry.count > 3 else { continue }
      version.editedFiles.append(String(entry.dropFirst(3)))
      // Behind a renamed file stands its old name.
      if entry.hasPrefix("R") || entry.hasPrefix("C") { _ = entries.next() }
    }
    if version.commit != nil, !version.editedFiles.isEmpty,
      let diff = git("diff", "--no-color", "--no-ext-diff", "--no-textconv", "HEAD", "--", "."),
      !diff.isEmpty
    {
      version.diff = try? objects.put(Data(diff.utf8))
    }
    return version
  }

  /// Only a repository of the folder's own, or one that it lies in: looked up without starting git.
  private var isRepository: Bool {
    var path = folder
    while !path.isEmpty {
      if FileManager.default.fileExists(atPath: path + "/.git") { return true }
      path = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
    return false
  }

  private func git(_ arguments: String...) -> String? {
    // A repository may name programs to run (fsmonitor, textconv): none of them is.
    let safe = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]
    let answer = try? ChildProcess.collect(
      safe + arguments,
      environment: [
        "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": NSHomeDirectory(), "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0",
      ],
      folder: folder,
      timeout: 30,
      limit: 16 << 20
    )
    guard let answer, answer.exit == .code(0) else { return nil }
    return answer.output
  }
}

extension String {
  fileprivate var trimmed: String? {
    let text = trimmingCharacters(in: .whitespacesAndNewlines)
    return text.isEmpty ? nil : text
  }
}
