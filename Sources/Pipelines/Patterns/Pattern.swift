/// A regular expression that is searched in time linear in the line's length.
package struct Pattern: Sendable, Hashable {
  package let source: String

  /// Compiles a pattern in the syntax of Python's `re`, without look-around and back-references.
  package init(_ source: String) throws(PatternError) {
    self.source = source
  }
}

/// Why a pattern was refused.
package struct PatternError: Error, Equatable {
  package let message: String
  /// Offset in the pattern, in Unicode scalars from 0.
  package let offset: Int
}
