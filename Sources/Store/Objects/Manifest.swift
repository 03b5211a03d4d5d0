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
  package var entries: Entries

  package init(_ entries: Entries = Entries()) { self.entries = entries }

  package init(_ entries: [String: Entry]) {
    self.init(Entries(unordered: entries.map { ($0.key, $0.value) }))
  }

  package var size: Int { entries.reduce(0) { $0 + $1.value.size } }

  /// One line an entry: kind, digest, size, path; in the order of the paths' bytes.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  package var digest: Digest { bytes.withUnsafeBytes { Digest(of: $0) } }

  static let emptyDigest = Manifest().digest

  /// The text's bytes.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32 + entries.count * 128)
    bytes += Manifest.head.utf8
    bytes.append(10)
    for (path, entry) in entries {
      bytes += entry.kind.rawValue.utf8
      bytes.append(32)
      if let digest = entry.digest {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { digits in
          digest.write(hex: digits)
          bytes += digits
        }
      } else {
        bytes.append(45)
      }
      bytes.append(32)
      bytes += String(entry.size).utf8
      bytes.append(32)
      for byte in path.utf8 {
        switch byte {
        case 92: bytes += [92, 92]
        case 10: bytes += [92, 110]
        default: bytes.append(byte)
        }
      }
      bytes.append(10)
    }
    return bytes
  }

  /// Reads a manifest's text; nil when it is not one, or when a path would leave the folder.
  package init?(text: String) {
    var text = text
    guard let read = text.withUTF8({ Manifest(bytes: UnsafeRawBufferPointer($0)) }) else {
      return nil
    }
    self = read
  }

  init?(bytes: UnsafeRawBufferPointer) {
    // By bytes: to Swift, "\r\n" and a blank with an accent on it are characters of their own.
    var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)[...]
    guard lines.popFirst()?.elementsEqual(Manifest.head.utf8) == true,
      lines.popLast()?.isEmpty == true
    else { return nil }
    var pairs: [(String, Entry)] = []
    pairs.reserveCapacity(lines.count)
    for line in lines {
      let parts = line.split(separator: 32, maxSplits: 3)
      guard parts.count == 4,
        let kind = Entry.Kind(rawValue: String(decoding: parts[0], as: UTF8.self)),
        let size = Int(String(decoding: parts[2], as: UTF8.self)), size >= 0,
        let path = Manifest.unescape(parts[3]), Manifest.isInside(path)
      else { return nil }
      let digest = Digest(hex: UnsafeRawBufferPointer(rebasing: parts[1]))
      guard digest != nil || (kind == .folder && parts[1].elementsEqual([45])) else { return nil }
      pairs.append((path, Entry(kind: kind, digest: digest, size: size)))
    }
    entries = Entries(unordered: pairs)
    guard entries.count == pairs.count else { return nil }
  }

  /// Whether a relative path stays in its folder.
  package static func isInside(_ path: String) -> Bool {
    // By bytes, as the file system reads it: an accent on "/" would hide it from Swift.
    !path.utf8.contains(0)
      && !path.utf8.split(separator: 47, omittingEmptySubsequences: false)
        .contains { $0.isEmpty || $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }
  }

  /// The first line of every manifest.
  static let head = "lathe manifest 1"

  private static func unescape(_ text: Slice<UnsafeRawBufferPointer>) -> String? {
    guard text.contains(92) else { return String(decoding: text, as: UTF8.self) }
    var path: [UInt8] = []
    var isEscaped = false
    for byte in text {
      if isEscaped {
        guard byte == 92 || byte == 110 else { return nil }
        path.append(byte == 110 ? 10 : 92)
        isEscaped = false
      } else if byte == 92 {
        isEscaped = true
      } else {
        path.append(byte)
      }
    }
    return isEscaped ? nil : String(decoding: path, as: UTF8.self)
  }
}
