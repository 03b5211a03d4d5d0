import Curves
import Series
import Terminal

/// The crosshair stands where something was logged: what it tells is one point's step and value.
extension ChartsView {
  /// The logged place next to a column of the screen; the column's own x where nothing was logged.
  func crosshairPlace(atColumn column: Int, of id: ChartItem.ID, in geometry: ChartGeometry)
    -> Double
  {
    let wanted = geometry.x(atColumn: column)
    let dot = geometry.columns.column(of: wanted)
    return loggedPlaces(of: id, in: geometry).min {
      abs(geometry.columns.column(of: $0) - dot) < abs(geometry.columns.column(of: $1) - dot)
    } ?? wanted
  }

  /// The places in the window at which the curves of a chart have points, ascending.
  ///
  /// Where several share a column of dots the last of them: the value that is told there is its.
  private func loggedPlaces(of id: ChartItem.ID, in geometry: ChartGeometry) -> [Double] {
    var last: [Int: Double] = [:]
    for curve in plots[id]?.shown?.facts.curves ?? [] {
      for x in curve.points.x where x.isFinite && geometry.column(of: x) != nil {
        last[geometry.columns.column(of: x), default: x].raise(to: x)
      }
    }
    return last.values.sorted()
  }

  /// To the next logged place in another column of the selected chart; at its edge the window moves along.
  mutating func moveCrosshair(by direction: Int, _ context: Context) {
    guard let id = selected, let geometry = geometry(of: id, context), geometry.plot.width > 0
    else { return }
    (isHovering, isCrosshairLoose) = (false, false)
    let places = loggedPlaces(of: id, in: geometry)
    if crosshairAxis != axis { (crosshair, crosshairAxis) = (nil, axis) }
    guard let crosshair, let column = geometry.column(of: crosshair) else {
      self.crosshair = places.last ?? geometry.x(atColumn: geometry.plot.maxX - 1)
      return
    }
    let isLeft = direction < 0
    let further =
      isLeft
      ? places.last { $0 < crosshair && geometry.column(of: $0) != column }
      : places.first { $0 > crosshair && geometry.column(of: $0) != column }
    if let further {
      self.crosshair = further
    } else if let whole, view.window(whole) != nil {
      view.pan(by: isLeft ? -0.25 : 0.25, in: whole)
      self.crosshair = geometry.x(atColumn: column + direction)
      isCrosshairLoose = true
    }
  }

  /// Puts a crosshair that has left the window to a logged place, once those of the new one are known.
  mutating func settleCrosshair(_ context: Context) {
    guard isCrosshairLoose, let id = selected, plots[id]?.isWaiting == false else { return }
    isCrosshairLoose = false
    guard let geometry = geometry(of: id, context), let crosshair,
      let column = geometry.column(of: crosshair)
    else { return }
    self.crosshair = crosshairPlace(atColumn: column, of: id, in: geometry)
  }
}

extension Double {
  fileprivate mutating func raise(to other: Double) { self = Swift.max(self, other) }
}
