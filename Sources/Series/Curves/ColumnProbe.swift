/// Finds columns of dots while it asks for as few as it can.
///
/// The mapping is monotone: what lies between two values of one column is in that column.
struct ColumnProbe {
  let column: (Double) -> Int
  /// The column of every value in `low...high`.
  private(set) var current = 0
  private var low = Double.infinity
  private var high = -Double.infinity

  init(_ column: @escaping (Double) -> Int) { self.column = column }

  /// The column of a finite value, which becomes the current one.
  @inline(__always)
  mutating func column(of x: Double) -> Int {
    if x >= low, x <= high { return current }
    let found = column(x)
    if found == current, low <= high {
      low = min(low, x)
      high = max(high, x)
    } else {
      (current, low, high) = (found, x, x)
    }
    return found
  }

  /// Whether a value, none below what was asked for last, is in the current column.
  @inline(__always)
  mutating func isCurrent(ascending x: Double) -> Bool {
    if x <= high { return true }
    guard column(x) == current else { return false }
    high = x
    return true
  }

  /// The column of all values between two; nil where there are several.
  mutating func column(from least: Double, through greatest: Double) -> Int? {
    if least >= low, low <= high {
      if greatest <= high { return current }
      if column(greatest) == current {
        high = greatest
        return current
      }
      if least <= high { return nil }
    }
    let found = column(least)
    guard column(greatest) == found else { return nil }
    (current, low, high) = (found, least, greatest)
    return found
  }
}
