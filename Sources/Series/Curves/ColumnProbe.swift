/// Finds columns of dots, which are given by where they begin.
///
/// A column is the number of those that begin at or before a value: only whether two values share one
/// counts. What was found last is looked at first, then the column that follows.
struct ColumnProbe {
  private let starts: [Double]
  /// The column that was found last.
  private(set) var current = 0
  /// The values of the current column: from `start` on, before `end`.
  private var start = -Double.infinity
  private(set) var end: Double

  /// `starts` ascend; equal ones are columns that no number falls into.
  init(_ starts: [Double]) {
    self.starts = starts
    end = starts.first ?? .infinity
  }

  /// The column of a finite value, which becomes the current one.
  @inline(__always)
  mutating func column(of x: Double) -> Int {
    if !(x >= start && x < end) { find(x) }
    return current
  }

  /// The column of all values between two; nil where there are several.
  @inline(__always)
  mutating func column(from least: Double, through greatest: Double) -> Int? {
    let found = column(of: least)
    return greatest < end ? found : nil
  }

  private mutating func find(_ x: Double) {
    let next = current + 1
    if x >= end, next == starts.count || (next < starts.count && x < starts[next]) {
      current = next
    } else {
      var (low, high) = (0, starts.count)
      while low < high {
        let middle = (low + high) / 2
        if starts[middle] <= x { low = middle + 1 } else { high = middle }
      }
      current = low
    }
    start = current == 0 ? -.infinity : starts[current - 1]
    end = current < starts.count ? starts[current] : .infinity
  }
}
