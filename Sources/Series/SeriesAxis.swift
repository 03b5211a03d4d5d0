/// What a point's x is.
package enum SeriesAxis: Sendable, Hashable {
  /// The step that it was logged with.
  case step
  /// The wall-clock time, in seconds since 1970.
  case time
}
