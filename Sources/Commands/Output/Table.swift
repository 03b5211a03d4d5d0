package import Terminal

/// Rows in aligned columns that fit a width.
package struct Table: Sendable, Equatable {
  package struct Column: Sendable, Equatable {
    package var title: SafeText
    package var isRight: Bool
    /// What is given up first when there is no room: the highest; 0 is never dropped.
    package var rank: Int
    /// May be cut to this many cells; nil: never cut.
    package var least: Int?

    package init(_ title: SafeText, right: Bool = false, rank: Int = 0, least: Int? = nil) {
      self.title = title
      isRight = right
      self.rank = rank
      self.least = least
    }
  }

  package var columns: [Column]
  package var rows: [[Line]]

  package init(_ columns: [Column], _ rows: [[Line]]) {
    self.columns = columns
    self.rows = rows
  }

  /// The title line and the rows; columns without any text are left out.
  ///
  /// A width of nil is a pipe: nothing is cut and nothing dropped.
  package func lines(width: Int?) -> [Line] {
    var shown = columns.indices.filter { column in rows.contains { !$0[column].isEmpty } }
    var widths = columns.indices.map { column in
      max(columns[column].title.width, rows.map { $0[column].width }.max() ?? 0)
    }
    if let width { fit(&shown, &widths, in: width) }
    let titles = columns.map { Line($0.title, .dim) }
    return ([titles] + rows).map { row in
      // Nothing is padded behind the last text, so that lines have no blanks at their ends.
      let last = shown.lastIndex { !row[$0].isEmpty } ?? -1
      var line = Line()
      for (position, column) in shown.enumerated() where position <= last {
        if position > 0 { line += Line("  ") }
        let cell = row[column].cut(to: widths[column])
        let isRight = columns[column].isRight
        line +=
          position == last && !isRight ? cell : cell.padded(to: widths[column], right: isRight)
      }
      return line
    }
  }

  private func fit(_ shown: inout [Int], _ widths: inout [Int], in width: Int) {
    func excess() -> Int {
      shown.reduce(0) { $0 + widths[$1] } + 2 * max(0, shown.count - 1) - width
    }
    // How much too wide the columns are once each is cut as far as it may be.
    func leastExcess() -> Int {
      shown.reduce(0) { $0 + min(widths[$1], columns[$1].least ?? .max) }
        + 2 * max(0, shown.count - 1) - width
    }
    while leastExcess() > 0,
      let dropped = shown.max(by: { columns[$0].rank < columns[$1].rank }),
      columns[dropped].rank > 0
    {
      shown.removeAll { $0 == dropped }
    }
    // Those that stay share the room: the widest gives way first, by what is missing.
    while excess() > 0 {
      let flexible = shown.filter { column in
        columns[column].least.map { widths[column] > $0 } ?? false
      }
      guard let widest = flexible.max(by: { widths[$0] < widths[$1] }) else { return }
      widths[widest] = max(columns[widest].least ?? 0, widths[widest] - excess())
    }
  }
}
