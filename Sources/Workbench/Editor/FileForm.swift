/// How a file's lines end and how it starts: kept when it is saved.
package struct FileForm: Sendable, Equatable {
  package enum LineEnd: String, Sendable {
    case lf = "\n"
    case crlf = "\r\n"
  }

  package var lineEnd = LineEnd.lf
  package var endsWithLineBreak = true
  package var hasByteOrderMark = false

  /// Why a file is not opened in the editor.
  package enum Refusal: Error, Sendable, Equatable, CustomStringConvertible {
    case binary(offset: Int)
    case notUTF8(line: Int)
    case tooLarge(bytes: Int)

    /// In plain words, with the place.
    package var description: String {
      switch self {
      case .binary(let offset): "it is a binary file (a zero byte at offset \(offset))"
      case .notUTF8(let line): "it is not UTF-8 text (line \(line))"
      case .tooLarge(let bytes): "it has \(bytes >> 20) MiB; files up to 64 MiB can be edited"
      }
    }
  }

  /// Text into lines; a line break at the end ends the last line and starts no new one.
  static func split(_ text: String) -> (lines: [String], form: FileForm) {
    var form = FileForm()
    var bytes = Substring(text).utf8
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      form.hasByteOrderMark = true
      bytes = bytes.dropFirst(3)
    }
    guard !bytes.isEmpty else { return ([""], form) }
    var parts = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    // A mixed file keeps its carriage returns within the lines.
    if parts.count > 1, parts.dropLast().allSatisfy({ $0.last == 0x0D }) {
      form.lineEnd = .crlf
      for index in 0..<(parts.count - 1) { parts[index] = parts[index].dropLast() }
    }
    form.endsWithLineBreak = parts.count > 2 || (parts.count == 2 && !(parts[0].isEmpty))
    if form.endsWithLineBreak, parts.last?.isEmpty == true {
      parts.removeLast()
    } else {
      form.endsWithLineBreak = false
    }
    return (parts.map { String(Substring($0)) }, form)
  }

  func joined(_ lines: [String]) -> String {
    let mark = hasByteOrderMark ? "\u{FEFF}" : ""
    if lines == [""] { return mark }
    return mark + lines.joined(separator: lineEnd.rawValue)
      + (endsWithLineBreak ? lineEnd.rawValue : "")
  }
}

extension TextBuffer {
  /// Reads a file's bytes; throws `FileForm.Refusal` for what is not text in UTF-8.
  package init(bytes: some Collection<UInt8>, name: String = "") throws(FileForm.Refusal) {
    guard bytes.count <= 64 << 20 else { throw .tooLarge(bytes: bytes.count) }
    let bytes = Array(bytes)
    if let zero = bytes.firstIndex(of: 0) { throw .binary(offset: zero) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let repaired = String(decoding: bytes, as: UTF8.self)
      let bad = repaired.unicodeScalars.prefix { $0 != "\u{FFFD}" }
      throw .notUTF8(line: 1 + bad.count { $0 == "\n" })
    }
    let (lines, form) = FileForm.split(text)
    self.init(lines: lines, file: form, language: Language(name: name, firstLine: lines[0]))
  }
}
