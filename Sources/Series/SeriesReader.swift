/// Reads a metrics file while it grows.
package struct SeriesReader: Sendable {
  package init(path: String) {}

  /// Reads what was appended since the last call; a torn record is awaited.
  ///
  /// - Returns: whether anything new came. A file that does not exist yet is empty.
  package mutating func refresh() throws -> Bool { false }

  /// In the order of their first point.
  package var names: [String] { [] }

  package subscript(name: String) -> SeriesData? { nil }
}
