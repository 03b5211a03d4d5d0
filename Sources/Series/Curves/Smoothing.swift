/// What is drawn in the place of the values that were logged.
package enum Smoothing: Sendable, Hashable {
  case none
  /// The exponential average with a weight from 0, the values as they are, to below 1.
  ///
  /// As in TensorBoard: see `DebiasedAverage`.
  case average(weight: Double)
  /// The median of as many points around each one, itself included; see `CentredMedian`.
  case median(width: Int)

  /// Points behind a point that its smoothed value depends on.
  var reach: Int {
    switch self {
    case .none, .average: 0
    case .median(let width): CentredMedian.reach(width)
    }
  }
}
