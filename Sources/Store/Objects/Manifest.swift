import Foundation

/// A folder's content as a value: every entry by its path, in the order of the paths.
///
/// Its canonical text is stored as an object; the digest of that text names the folder.
package struct Manifest: Sendable, Equatable {
  package struct Entry: Sendable, Equatable, Hashable {
    package enum Kind: String, Sendable { case file, executable, link, folder }

    package var kind: Kind
    /// Of the file's bytes, or of the link's target; nil for a folder.
    package var digest: Digest?
    package var size: Int

    package init(kind: Kind, digest: Digest?, size: Int) {
      self.kind = kind
      self.digest = digest
      self.size = size
    }
  }

  /// Paths relative to the folder, parts divided by "/".
  package var entries: [String: Entry]

  package init(_ entries: [String: Entry] = [:]) { self.entries = entries }

  package var size: Int { entries.values.reduce(0) { $0 + $1.size } }

  /// One line an entry: kind, digest, size, path; in the order of the paths' bytes.
  package var text: String {
    var text = "lathe manifest 1\n"
    for (path, entry) in entries.sorted(by: {
      Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8))
    }) {
      text += "\(entry.kind.rawValue) \(entry.digest?.hex ?? "-") \(entry.size) "
      text += Manifest.escape(path) + "\n"
    }
    return text
  }

  package var digest: Digest { Digest(of: text) }

  /// Reads a manifest's text; nil when it is not one, or when a path would leave the folder.
  package init?(text: String) {
    // By bytes: to Swift, "\r\n" and a blank with an accent on it are characters of their own.
    var lines = text.utf8.split(separator: 10, omittingEmptySubsequences: false)[...]
    guard lines.popFirst().flatMap({ String($0) }) == "lathe manifest 1",
      lines.popLast()?.isEmpty == true
    else { return nil }
    entries = [:]
    for line in lines {
      let parts = line.split(separator: 32, maxSplits: 3).map {
        String(decoding: $0, as: UTF8.self)
      }
      guard parts.count == 4, let kind = Entry.Kind(rawValue: parts[0]),
        let size = Int(parts[2]), size >= 0, let path = Manifest.unescape(parts[3]),
        Manifest.isInside(path)
      else { return nil }
      let digest = parts[1] == "-" ? nil : Digest(hex: parts[1])
      guard kind == .folder || digest != nil else { return nil }
      entries[path] = Entry(kind: kind, digest: digest, size: size)
    }
  }

  /// Whether a relative path stays in its folder.
  package static func isInside(_ path: String) -> Bool {
    // By bytes, as the file system reads it: an accent on "/" would hide it from Swift.
    !path.utf8.contains(0)
      && !path.utf8.split(separator: 47, omittingEmptySubsequences: false)
        .contains { $0.isEmpty || $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }
  }

  private static func escape(_ path: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in path.unicodeScalars {
      switch scalar {
      case "\\": escaped.append(contentsOf: "\\\\".unicodeScalars)
      case "\n": escaped.append(contentsOf: "\\n".unicodeScalars)
      default: escaped.append(scalar)
      }
    }
    return String(escaped)
  }

  private static func unescape(_ text: some StringProtocol) -> String? {
    var path = ""
    var escaped = false
    for scalar in text.unicodeScalars {
      if escaped {
        guard scalar == "\\" || scalar == "n" else { return nil }
        path.unicodeScalars.append(scalar == "n" ? "\n" : "\\")
        escaped = false
      } else if scalar == "\\" {
        escaped = true
      } else {
        path.unicodeScalars.append(scalar)
      }
    }
    return escaped ? nil : path
  }
}
