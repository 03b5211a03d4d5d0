/// The median of the points around each point.
///
/// Of the finite ones among `width` points (an even width counts as the next odd one) with the point
/// in their middle, fewer at the ends of the series; of an even number of these the mean of the
/// middle two. What is NaN or infinite stays so, and counts for no other point.
struct CentredMedian {
  static let widest = 1001

  /// Points on each side of the middle one.
  static func reach(_ width: Int) -> Int { min(max(width, 1), widest) / 2 }

  /// The smoothed values of `range`, where `values` begin at the place `start` of the series.
  ///
  /// They must reach as far beyond the range as the window does, or to the ends of the series.
  static func smoothed(
    _ values: [Double],
    start: Int,
    range: Range<Int>,
    width: Int
  ) -> [Double] {
    let reach = reach(width)
    var window = SortedWindow()
    var taken = max(0, range.lowerBound - reach - start)
    var left = taken
    return range.map { place in
      let middle = place - start
      while taken < values.count, taken <= middle + reach {
        if values[taken].isFinite { window.insert(values[taken]) }
        taken += 1
      }
      while left < middle - reach {
        if values[left].isFinite { window.remove(values[left]) }
        left += 1
      }
      return values[middle].isFinite ? window.median : values[middle]
    }
  }
}

/// Up to a thousand numbers in ascending order.
private struct SortedWindow {
  private var numbers: [Double] = []

  var median: Double {
    let middle = numbers.count / 2
    guard numbers.count.isMultiple(of: 2) else { return numbers[middle] }
    let (low, high) = (numbers[middle - 1], numbers[middle])
    // Two halves, because the sum may overflow; equal ones stay what they are.
    return low == high ? low : low / 2 + high / 2
  }

  mutating func insert(_ number: Double) { numbers.insert(number, at: place(of: number)) }

  mutating func remove(_ number: Double) { numbers.remove(at: place(of: number)) }

  /// The first place of a number that is not less.
  private func place(of number: Double) -> Int {
    var (low, high) = (0, numbers.count)
    while low < high {
      let middle = (low + high) / 2
      if numbers[middle] < number { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
