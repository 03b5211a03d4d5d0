extension ChartLayout {
  /// Draws upright lines where the marks are, or only feet of them where they are too many.
  func drawMarkLines(on screen: inout Screen) {
    let lines = chart.marks.filter { $0.kind == .line }
    let columns = lines.map { geometry.column(of: $0.x) }
    let isDense = Set(columns.compactMap { $0 }).count > max(4, plot.width / 6)
    for (mark, column) in zip(lines, columns) {
      guard let column else { continue }
      for row in (isDense ? plot.maxY - 1 : plot.y)..<plot.maxY {
        screen[column, row] = Cell(glyphs == .ascii ? "|" : "╎", Style(mark.color))
      }
    }
  }

  /// The cells of the marks that are points.
  var markSigns: [Point] {
    chart.marks.compactMap { mark in
      guard mark.kind == .point, let column = geometry.column(of: mark.x) else { return nil }
      return Point(x: column, y: row(of: mark))
    }
  }

  /// Draws the signs of the marks that are points.
  func drawMarkSigns(on screen: inout Screen) {
    for mark in chart.marks where mark.kind == .point {
      guard let column = geometry.column(of: mark.x) else { continue }
      let sign = glyphs == .ascii ? mark.sign.letter : mark.sign.glyph
      screen[column, row(of: mark)] = Cell(sign, Style(mark.color, bold: true))
    }
  }

  /// Writes the labels of the marks, each where it covers the least, and none over another.
  ///
  /// A few lines are named in any case, and what is asked for; what else would cover a curve is left
  /// out: the signs tell that there is something.
  func drawMarkLabels(on screen: inout Screen, _ places: inout LabelPlaces) {
    var lines = 0
    for label in markLabels {
      let text = label.text(plot.width, glyphs)
      let mark = label.marks[0]
      let candidates =
        mark.kind == .line
        ? besideLine(label.column, width: text.width)
        : label.marks.flatMap { aroundPoint(label.column, row(of: $0), width: text.width) }
      lines += mark.kind == .line ? 1 : 0
      let isTold = label.isAsked || mark.kind == .line && lines <= Self.mostLinesInAnyCase
      let place = places.best(of: candidates, covering: isTold ? .max : Self.mostCovered)
      guard let place else { continue }
      screen.write(text, x: place.x, y: place.y, style: Style(mark.color))
    }
  }

  private static let mostLinesInAnyCase = 4
  /// Two cells of a curve, and what is less than a curve.
  private static let mostCovered = 299

  /// Marks in one column that say the same, and points close by: they have one label.
  private struct MarkLabel {
    var column: Int
    var marks: [LineChart.Mark]

    var isAsked: Bool { marks.contains(where: \.isAsked) }

    func has(_ mark: LineChart.Mark, _ column: Int) -> Bool {
      abs(self.column - column) <= (mark.kind == .line ? 0 : 3) && marks[0].kind == mark.kind
        && marks[0].label == mark.label && marks[0].color == mark.color
    }

    /// "r1, r3 Threshold", or "2× Threshold" where the owners' names have no room.
    func text(_ width: Int, _ glyphs: GlyphSet) -> SafeText {
      var owners: [SafeText] = []
      for mark in marks where !mark.owner.isEmpty && !owners.contains(mark.owner) {
        owners.append(mark.owner)
      }
      let most = min(28, max(0, width / 3))
      guard !owners.isEmpty else { return marks[0].label.cut(to: most) }
      let named = owners.joined(separator: ", ") + " " + marks[0].label
      let times: SafeText = glyphs == .ascii ? "x " : "× "
      let isCounted = owners.count > 1 && named.width > most
      return (isCounted ? "\(owners.count)" + times + marks[0].label : named).cut(to: most)
    }
  }

  /// Those that are asked for first: they take the best places.
  private var markLabels: [MarkLabel] {
    var labels: [MarkLabel] = []
    for mark in chart.marks where !mark.label.isEmpty {
      guard let column = geometry.column(of: mark.x) else { continue }
      if let index = labels.firstIndex(where: { $0.has(mark, column) }) {
        labels[index].marks.append(mark)
      } else {
        labels.append(MarkLabel(column: column, marks: [mark]))
      }
    }
    return labels.filter(\.isAsked) + labels.filter { !$0.isAsked }
  }

  /// The row of a point's curve at its x.
  private func row(of mark: LineChart.Mark) -> Int {
    let curves = chart.series.filter { $0.role == .curve }
    let curve = curves.indices.contains(mark.curve) ? curves[mark.curve] : curves.first
    let reading = LineChart(series: curve.map { [$0] } ?? [], x: chart.x)
      .readings(at: mark.x, columns: geometry.columns).first
    return reading.map { geometry.nearestRow(of: $0.value) } ?? plot.maxY - 1
  }

  private func besideLine(_ column: Int, width: Int) -> [LabelPlaces.Candidate] {
    var places: [LabelPlaces.Candidate] = []
    func add(_ row: Int, _ cost: Int) {
      let right = Rect(x: column + 1, y: row, width: width, height: 1)
      let left = Rect(x: column - width, y: row, width: width, height: 1)
      places += [.init(rect: right, cost: cost), .init(rect: left, cost: cost + 1)]
    }
    for row in 0..<min(5, plot.height) { add(plot.y + row, row * 2) }
    for row in 0..<min(3, plot.height) { add(plot.maxY - 1 - row, 12 + row * 2) }
    return places
  }

  private func aroundPoint(_ column: Int, _ row: Int, width: Int) -> [LabelPlaces.Candidate] {
    var places: [LabelPlaces.Candidate] = []
    for (cost, distance) in [-1, 1, -2, 2, 0, -3, 3].enumerated() {
      for (extra, start) in [column + 2, column - 1 - width, column - width / 2].enumerated() {
        let rect = Rect(x: start, y: row + distance, width: width, height: 1)
        guard !rect.contains(Point(x: column, y: row)) else { continue }
        places.append(.init(rect: rect, cost: cost * 2 + extra))
      }
    }
    return places
  }

  /// Draws the frame of the part that a zoom would show.
  func drawBox(on screen: inout Screen) {
    guard let box = chart.box else { return }
    let columns = geometry.columns
    let across = max(1, glyphs.dots.width)
    func column(_ x: Double) -> Int {
      plot.x + min(max(columns.column(of: x), 0), max(0, columns.count - 1)) / across
    }
    let (left, right) = (column(box.x.lowerBound), column(box.x.upperBound))
    let top = geometry.nearestRow(of: box.y.upperBound)
    let bottom = geometry.nearestRow(of: box.y.lowerBound)
    let glyphs: [Character] = glyphs == .ascii ? Array("++++-|") : Array("┌┐└┘─│")
    guard left <= right, top <= bottom, !plot.isEmpty else { return }
    for x in left...right {
      screen[x, top] = Cell(glyphs[4], .accent)
      screen[x, bottom] = Cell(glyphs[4], .accent)
    }
    for y in top...bottom {
      screen[left, y] = Cell(glyphs[5], .accent)
      screen[right, y] = Cell(glyphs[5], .accent)
    }
    screen[left, top] = Cell(glyphs[0], .accent)
    screen[right, top] = Cell(glyphs[1], .accent)
    screen[left, bottom] = Cell(glyphs[2], .accent)
    screen[right, bottom] = Cell(glyphs[3], .accent)
  }
}
