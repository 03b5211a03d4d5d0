/// Appends points to the metrics file of one attempt, as its only writer.
package struct SeriesWriter: ~Copyable {
  /// Opens or makes the file; a torn last record, left by a writer that was killed, is cut off.
  package init(path: String) throws {}

  /// Adds a point to the batch; nothing is written before `flush`.
  package mutating func append(_ name: String, step: Double, time: Double, value: Double) {}

  /// Writes the batch with one `write`; what has returned survives the death of this process.
  package mutating func flush() throws {}
}
