extension ChartLayout {
  func drawCrosshair(on screen: inout Screen) {
    guard let crosshair = chart.crosshair, let column = geometry.column(of: crosshair)
    else { return }
    for row in plot.y..<plot.maxY {
      screen[column, row] = Cell(glyphs == .ascii ? ":" : "┊", .dim)
    }
  }

  /// Marks the curves at the crosshair and tells their values where they cover no curve.
  func drawReadings(on screen: inout Screen, _ places: inout LabelPlaces) {
    guard let crosshair = chart.crosshair, let column = geometry.column(of: crosshair)
    else { return }
    let readings = chart.readings(at: crosshair, columns: geometry.columns)
    for reading in readings {
      guard let x = geometry.column(of: reading.x), let y = geometry.row(of: reading.value)
      else { continue }
      screen[x, y] = Cell(glyphs == .ascii ? "O" : "●", Style(reading.color, bold: true))
    }
    guard chart.showsReadings else { return }
    for isShort in [false, true] {
      // What lies in front was drawn last, and is named first: as legends have it.
      let lines = lines(of: readings.reversed(), at: crosshair, isShort: isShort)
      let width = (lines.map(\.text.width).max() ?? 0) + 2
      guard let place = places.best(of: boxes(column, width: width, height: lines.count))
      else { continue }
      screen.fill(place)
      for (row, line) in lines.enumerated() {
        screen.write(line.text, x: place.x + 1, y: place.y + row, style: line.style)
      }
      return
    }
  }

  /// Places for the values on both sides of the crosshair, best at the top and close to it.
  private func boxes(_ column: Int, width: Int, height: Int) -> [LabelPlaces.Candidate] {
    var boxes: [LabelPlaces.Candidate] = []
    for start in plot.x...max(plot.x, plot.maxX - width)
    where start > column || start + width <= column {
      let distance = start > column ? start - column : column - start - width + 1
      for row in 0...max(0, plot.height - height) {
        let rect = Rect(x: start, y: plot.y + row, width: width, height: height)
        boxes.append(.init(rect: rect, cost: distance * 2 + row))
      }
    }
    return boxes
  }

  private func lines(
    of readings: [LineChart.Reading],
    at crosshair: Double,
    isShort: Bool
  ) -> [(text: SafeText, style: Style)] {
    let title = chart.x.label.map { $0 + " " } ?? ""
    var lines = [(title + x.text(of: crosshair, unit: chart.x.unit), Style.bold)]
    let room = max(1, plot.height - 2)
    let shown = readings.count > room ? readings.prefix(room - 1) : readings[...]
    let widest = min(isShort ? 10 : 24, shown.map(\.label.width).max() ?? 0)
    for reading in shown {
      let label = reading.label.shortened(to: widest)
      var text = label + SafeText(trusted: String(repeating: " ", count: widest - label.width))
      let unit = reading.unit ?? chart.y.unit
      text = text + " " + valueText(reading.value, unit)
      if reading.low < reading.high, !isShort {
        let dots: SafeText = glyphs == .ascii ? ".." : "…"
        let (low, high) = (reading.low, reading.high)
        text = text + " (" + valueText(low, unit) + dots
        text = text + valueText(high, unit) + ")"
      }
      lines.append((text, Style(reading.color)))
    }
    if shown.count < readings.count {
      lines.append(("and \(readings.count - shown.count) more", .dim))
    }
    return lines
  }
}

extension AxisScale {
  /// A value on this axis as text, in the unit of the axis.
  func text(of value: Double, unit: AxisUnit) -> SafeText {
    switch unit {
    case .number: return stepText(value)
    case .bytes, .suffixed: return valueText(value, unit)
    case .duration: return SafeText(trusted: durationText(value))
    case .clock(let secondsFromGMT):
      let span = range.upperBound - range.lowerBound
      let step = span > 2 * 86_400 ? 60 : span > 60 ? 1 : 0.001
      return SafeText(trusted: clockText(value, secondsFromGMT: secondsFromGMT, step: step))
    }
  }
}
