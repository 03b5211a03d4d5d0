/// What all files of one attempt may be together, whichever way they came.
///
/// A script can write more than any reader takes in: these keep it to itself. Names have a limit of
/// their own in the series.
struct IngestLimits {
  /// Bytes that are read of the files of one attempt; what comes by a pipe waits for its reader.
  var bytes = 1 << 38
  /// Bytes of names and layouts that the files of the Python module define, which are kept in memory.
  var definitions = 64 << 20
  /// Seconds in which what is left is read when the script has ended.
  var secondsAtEnd = 600.0
}
