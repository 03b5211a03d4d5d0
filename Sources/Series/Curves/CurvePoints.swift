/// The points of a curve that say all that can be seen of it.
///
/// A *run* is a row of points that follow each other in the order of logging, lie in one column of
/// dots and can all be drawn. Of each run stand here its first, least, greatest and last points, in
/// the order of logging; those that are the same point stand here once. Of points between two runs
/// that cannot be drawn (NaN, infinities, what is not above the floor) stand here, for each column
/// they lie in, the last one that is +∞ and the last other one: those are marked.
///
/// Drawing these points with a line gives exactly the dots of drawing every point, whatever the y
/// axis. Source: Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation",
/// VLDB 2014.
package struct CurvePoints: Sendable, Equatable {
  package var x: [Double]
  package var y: [Double]

  package init(x: [Double] = [], y: [Double] = []) {
    self.x = x
    self.y = y
  }

  package var count: Int { y.count }
}
