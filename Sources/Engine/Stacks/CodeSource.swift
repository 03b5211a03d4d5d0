import Documents
import Foundation
import Glibc

/// Where an instance's code comes from.
enum CodeSource: Sendable, Equatable {
  case git(url: String, branch: String)
  /// Copied as it is.
  case folder(String)

  /// Understands a git URL or a path; a relative path starts at the template's folder.
  ///
  /// A folder is copied when it is the template's own (`.`) or no git repository. Transports that
  /// run a program (`ext::`) and texts that git would take for an option are refused.
  init(_ text: String, branch: String, templateFolder: String) throws(Explanation) {
    func refused(_ why: String) -> Explanation {
      Explanation(
        what: "'\(text.prefix(200))' cannot be a repository.",
        why: why,
        next: "Give an https:// or ssh:// URL, or the path of a folder."
      )
    }
    guard !text.isEmpty, text.utf8.count <= 1024,
      !text.utf8.contains(where: { $0 < 32 || $0 == 127 })
    else { throw refused("It is empty, too long, or holds control characters.") }
    guard !text.hasPrefix("-") else { throw refused("It would be taken for an option.") }
    guard !text.contains("::") else { throw refused("It names a program to run as transport.") }
    guard !branch.hasPrefix("-"), branch.utf8.count <= 1024,
      !branch.utf8.contains(where: { $0 <= 32 || $0 == 127 })
    else { throw refused("Its branch '\(branch.prefix(200))' is not a branch's name.") }

    if let scheme = text.range(of: "://") {
      let allowed = ["https", "http", "ssh", "git", "file"]
      guard allowed.contains(text[..<scheme.lowerBound].lowercased()) else {
        throw refused("Only \(allowed.joined(separator: ", ")) URLs are fetched.")
      }
      guard !text[scheme.upperBound...].hasPrefix("-") else {
        throw refused("Its host would be taken for an option.")
      }
      self = .git(url: text, branch: branch)
    } else if let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/") {
      // user@host:path, as ssh writes it.
      guard !text[..<colon].split(separator: "@").contains(where: { $0.hasPrefix("-") }) else {
        throw refused("Its host would be taken for an option.")
      }
      self = .git(url: text, branch: branch)
    } else {
      var path = text
      if path == "~" || path.hasPrefix("~/") { path = NSHomeDirectory() + path.dropFirst() }
      if !path.hasPrefix("/") { path = templateFolder + "/" + path }
      let isOwn =
        URL(filePath: path).standardizedFileURL.path
        == URL(filePath: templateFolder).standardizedFileURL.path
      if !isOwn, Self.isRepository(path) {
        self = .git(url: path, branch: branch)
      } else {
        self = .folder(path)
      }
    }
  }

  /// What an additional repository's folder is called: the last part of its path, without `.git`.
  var folderName: String {
    let path: String
    switch self {
    case .git(let url, _): path = url
    case .folder(let folder): path = URL(filePath: folder).standardizedFileURL.path
    }
    var name = path.split(whereSeparator: { $0 == "/" || $0 == ":" }).last.map(String.init) ?? ""
    if name.hasSuffix(".git") { name.removeLast(4) }
    let isPlain = !name.isEmpty && name != "." && name != ".."
    return isPlain ? name : "repository"
  }

  private static func isRepository(_ path: String) -> Bool {
    access(path + "/.git", F_OK) == 0
      || (access(path + "/HEAD", F_OK) == 0 && access(path + "/objects", F_OK) == 0)
  }
}
