/// The text of one file while it is edited: lines, cursor, selection and what can be undone.
///
/// A pure value. Columns count characters (grapheme clusters), lines count from 0. What the file had
/// is kept: its line ends, its byte order mark and whether it ends in a line break.
package struct TextBuffer: Sendable, Equatable {
  package struct Position: Sendable, Equatable, Hashable, Comparable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
      self.line = line
      self.column = column
    }

    package static func < (left: Position, right: Position) -> Bool {
      (left.line, left.column) < (right.line, right.column)
    }
  }

  /// Never empty; without their line ends.
  package internal(set) var lines: [String]
  package internal(set) var cursor = Position(line: 0, column: 0)
  /// The selection's other end; nil while nothing is selected.
  package internal(set) var anchor: Position?
  package let language: Language
  /// What Tab inserts: blanks, or a tab character where the file is indented by them.
  package let indentation: Indentation
  package let file: FileForm

  /// The cell that the cursor strives for while it moves up and down.
  var wantedCell: Int?
  var history = History()

  package init(_ text: String = "", language: Language = .plain) {
    let (lines, file) = FileForm.split(text)
    self.init(lines: lines, file: file, language: language)
  }

  init(lines: [String], file: FileForm, language: Language) {
    self.lines = lines
    self.file = file
    self.language = language
    indentation = Indentation.found(in: lines, language: language)
  }

  /// Whether the text differs from what was loaded or last saved.
  package var isDirty: Bool { history.isDirty }

  /// The text on disk is this text now.
  package mutating func markSaved() { history.markSaved() }

  /// The whole text as it is saved.
  package var text: String { file.joined(lines) }

  package var end: Position {
    Position(line: lines.count - 1, column: lines[lines.count - 1].count)
  }

  /// The selected range, nil while nothing is selected.
  package var selection: Range<Position>? {
    guard let anchor, anchor != cursor else { return nil }
    return min(anchor, cursor)..<max(anchor, cursor)
  }

  /// The selected text, lines ended by "\n".
  package var selectedText: String? { selection.map { text(in: $0) } }

  func text(in range: Range<Position>) -> String {
    let (first, last) = (range.lowerBound, range.upperBound)
    if first.line == last.line {
      return String(lines[first.line].dropFirst(first.column).prefix(last.column - first.column))
    }
    let middle = lines[(first.line + 1)..<last.line]
    return
      ([String(lines[first.line].dropFirst(first.column))] + middle
      + [String(lines[last.line].prefix(last.column))]).joined(separator: "\n")
  }

  /// A position brought into the text.
  func clamped(_ position: Position) -> Position {
    let line = min(max(0, position.line), lines.count - 1)
    return Position(line: line, column: min(max(0, position.column), lines[line].count))
  }
}
