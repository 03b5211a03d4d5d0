/// The columns of dots that x values fall into: the very mapping that `LineChart` draws with.
///
/// Whoever thins a curve by these columns and keeps the first, least, greatest and last point of each
/// run in one column gets the dots of all points.
package struct DotColumns: Sendable, Hashable {
  package let range: ClosedRange<Double>
  package let kind: AxisKind
  package let count: Int
  let scale: AxisScale

  package init(range: ClosedRange<Double>, kind: AxisKind, count: Int) {
    scale = AxisScale(range, kind: kind)
    self.range = scale.range
    self.kind = kind
    self.count = max(0, count)
  }

  /// The column of a value, from 0; -1 left of all of them, `count` right of them.
  ///
  /// Never less for a greater value. What has no place on the axis (NaN; 0 or less on a logarithmic
  /// one) is at -1.
  package func column(of x: Double) -> Int {
    guard x.isFinite else { return x > 0 ? count : -1 }
    let place = place(of: x)
    return place.isNaN ? -1 : min(max(place, -1), Double(count)).nearest
  }

  /// Where each column begins: the least number that is in it when `origin` is subtracted.
  ///
  /// The last one is where what lies right of all columns begins. Of columns narrower than two numbers
  /// are apart several begin at one; infinity where no number is so great. Asking for a column by these
  /// gives the same answers, and costs a comparison.
  package func starts(origin: Double = 0) -> [Double] {
    let last = Double(max(1, count - 1))
    return (0...count).map { index in
      // Nearly where it is: a place is rounded to the nearest column.
      let guess = scale.value(at: (Double(index) - 0.5) / last) + origin
      return leastNumber(near: guess) { column(of: $0 - origin) >= index }
    }
  }

  /// The place of a value in units of dots, NaN where it has none.
  func place(of x: Double) -> Double { scale.unit(x) * Double(max(0, count - 1)) }
}

/// The least number for which something holds that holds for all greater ones; infinity for none.
///
/// Searched from the guess in leaps of twice as many numbers each, then by halves.
private func leastNumber(near guess: Double, where holds: (Double) -> Bool) -> Double {
  // In the order of the numbers: those below 0 count down from -1.
  func order(_ number: Double) -> Int64 {
    let bits = Int64(bitPattern: number.bitPattern)
    return bits >= 0 ? bits : .min &- bits &- 1
  }
  func number(_ order: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: order >= 0 ? order : .min &- order &- 1))
  }
  let (least, greatest) = (order(-.infinity), order(.infinity))
  var high = guess.isNaN ? 0 : order(guess)
  var low = high
  var leap: Int64 = 1
  if holds(number(high)) {
    repeat {
      high = low
      guard high > least else { return -.infinity }
      low = high < least + leap ? least : high - leap
      leap = min(2 * leap, 1 << 62)
    } while holds(number(low))
  } else {
    repeat {
      low = high
      guard low < greatest else { return .infinity }
      high = low > greatest - leap ? greatest : low + leap
      leap = min(2 * leap, 1 << 62)
    } while !holds(number(high))
  }
  while high - low > 1 {
    let middle = low + (high - low) / 2
    if holds(number(middle)) { high = middle } else { low = middle }
  }
  return number(high)
}
