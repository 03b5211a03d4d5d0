/// Reads the metrics of an attempt while they grow.
///
/// It holds no file open between calls and never blocks the writer. In memory are the index and the
/// points that are not sealed yet.
package struct SeriesReader: Sendable {
  private let folder: String
  private var index: FrameFile
  private var journal: FrameFile
  private(set) var contents: SeriesContents

  package init(folder: String) {
    self.folder = folder
    index = FrameFile(path: SeriesFormat.index(in: folder))
    journal = FrameFile(path: SeriesFormat.journal(0, in: folder))
    contents = SeriesContents(folder: folder)
  }

  /// Reads what was appended since the last call; a torn record is awaited.
  ///
  /// Returns whether anything new came; a folder that does not exist yet is empty. Throws a
  /// `SeriesError` when a file cannot be read, or `.damaged` at bytes that no writer has written:
  /// what stands before them has been taken in, and the next call tries again from there.
  package mutating func refresh() throws -> Bool {
    let before = (contents.names.count, contents.count)
    _ = try readIndex()
    // A journal that is not there has been sealed since the index was read, or is not begun yet.
    while try readJournal() == nil {
      guard try readIndex() else {
        guard journal.offset == 0 else {
          throw SeriesError.damaged(path: journal.path, offset: 0)
        }
        break
      }
    }
    return before != (contents.names.count, contents.count)
  }

  /// In the order of their definition; the last ones may have no points yet.
  package var names: [String] { contents.names }

  package subscript(name: String) -> SeriesTrack? {
    contents.ids[name].map { contents.tracks[$0] }
  }

  /// The least finite time of all points; nil where there is none.
  package var earliestTime: Double? { contents.earliestTime }

  /// Where the last whole frames end.
  var ends: (index: Int, journal: Int) { (index.offset, journal.offset) }

  private mutating func readIndex() throws -> Bool {
    let before = contents.sealed
    // Whatever is thrown, the frames before it count.
    defer {
      if contents.sealed > before {
        journal = FrameFile(path: SeriesFormat.journal(contents.sealed + 1, in: folder))
      }
    }
    let news = try SeriesReader.read(index: &index, into: &contents)
    guard news != nil || index.offset == 0 else {
      throw SeriesError.damaged(path: index.path, offset: 0)
    }
    return news ?? false
  }

  /// Returns nil where there is no journal.
  private mutating func readJournal() throws -> Bool? {
    try SeriesReader.read(journal: &journal, into: &contents)
  }

  private static func read(
    index: inout FrameFile,
    into contents: inout SeriesContents
  ) throws -> Bool? {
    try index.read { payload throws(FrameFile.Malformed) in try contents.take(index: payload) }
  }

  private static func read(
    journal: inout FrameFile,
    into contents: inout SeriesContents
  ) throws -> Bool? {
    try journal.read { payload throws(FrameFile.Malformed) in try contents.take(journal: payload) }
  }
}
