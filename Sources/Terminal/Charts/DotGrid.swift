/// The dots of a plot, finer than cells: 2x4 of a cell in braille, 2x3 in sextants, 1x2 in half blocks.
///
/// A column of dots is a row of bits, because curves are mostly upright runs.
package struct DotGrid: Sendable, Equatable {
  package let columns: Int
  package let rows: Int
  /// The words of each column, bit 0 of the first one at the top.
  let wordsPerColumn: Int
  var words: [UInt64]

  package init(columns: Int, rows: Int) {
    self.columns = max(0, columns)
    self.rows = max(0, rows)
    wordsPerColumn = (self.rows + 63) / 64
    words = Array(repeating: 0, count: self.columns * wordsPerColumn)
  }

  /// Whether a dot is set, false outside; the origin is at the top left.
  package subscript(column: Int, row: Int) -> Bool {
    guard column >= 0, row >= 0, column < columns, row < rows else { return false }
    return words[column * wordsPerColumn + row >> 6] >> UInt64(row & 63) & 1 != 0
  }

  package mutating func clear() {
    for index in words.indices { words[index] = 0 }
  }

  /// At most 8 dots of a column from a row down, the first in bit 0; those outside are not set.
  func bits(_ column: Int, _ row: Int, _ count: Int) -> UInt64 {
    guard column < columns, row < rows else { return 0 }
    let index = column * wordsPerColumn + row >> 6
    let shift = UInt64(row & 63)
    var bits = words[index] >> shift
    if shift > 56, row >> 6 + 1 < wordsPerColumn { bits |= words[index + 1] << (64 - shift) }
    return bits & (1 << UInt64(count) - 1)
  }

  /// A place in units of dots, whose centres have whole numbers.
  package struct Place: Sendable, Equatable {
    package var x: Double
    package var y: Double

    /// Far away is as good as farther: bounded so that the clipping stays finite.
    package init(x: Double, y: Double) {
      self.x = min(max(x, -1e12), 1e12)
      self.y = min(max(y, -1e12), 1e12)
    }

    var column: Int { x.nearest }
    var row: Int { y.nearest }
  }

  /// Draws the straight line between two places, clipped at the edges.
  package mutating func draw(from start: Place, to end: Place) {
    if start.column == end.column {
      drawColumn(start.column, from: min(start.row, end.row), through: max(start.row, end.row))
    } else if contains(start), contains(end) {
      drawLine(start.column, start.row, end.column, end.row)
    } else if let (first, last) = clipped(start, end) {
      drawLine(
        min(max(first.column, 0), columns - 1),
        min(max(first.row, 0), rows - 1),
        min(max(last.column, 0), columns - 1),
        min(max(last.row, 0), rows - 1)
      )
    }
  }

  /// Sets the dots of one column that lie in the grid.
  mutating func drawColumn(_ column: Int, from first: Int, through last: Int) {
    guard column >= 0, column < columns, last >= 0, first < rows, first <= last else { return }
    let (top, bottom) = (max(0, first), min(rows - 1, last))
    let start = column * wordsPerColumn
    for word in top >> 6...bottom >> 6 {
      var bits = UInt64.max
      if word == top >> 6 { bits &= .max << UInt64(top & 63) }
      if word == bottom >> 6 { bits &= .max >> UInt64(63 - bottom & 63) }
      words[start + word] |= bits
    }
  }

  private func contains(_ place: Place) -> Bool {
    place.column >= 0 && place.column < columns && place.row >= 0 && place.row < rows
  }

  /// The part of a line within the grid, by Liang and Barsky, 1984.
  private func clipped(_ start: Place, _ end: Place) -> (Place, Place)? {
    guard columns > 0, rows > 0 else { return nil }
    // Beside the grid nothing is seen, also of what only touches its edge.
    guard max(start.column, end.column) >= 0, min(start.column, end.column) < columns,
      max(start.row, end.row) >= 0, min(start.row, end.row) < rows
    else { return nil }
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    var (enter, leave) = (0.0, 1.0)
    let sides = [
      (-dx, start.x + 0.5), (dx, Double(columns) - 0.5 - start.x),
      (-dy, start.y + 0.5), (dy, Double(rows) - 0.5 - start.y),
    ]
    for (direction, distance) in sides {
      if direction == 0 {
        if distance < 0 { return nil }
      } else if direction < 0 {
        enter = max(enter, distance / direction)
      } else {
        leave = min(leave, distance / direction)
      }
    }
    guard enter <= leave else { return nil }
    return (
      Place(x: start.x + enter * dx, y: start.y + enter * dy),
      Place(x: start.x + leave * dx, y: start.y + leave * dy)
    )
  }

  /// Bresenham's line between two dots of the grid.
  private mutating func drawLine(_ x0: Int, _ y0: Int, _ x1: Int, _ y1: Int) {
    var (x, y) = (x0, y0)
    let (dx, dy) = (abs(x1 - x0), -abs(y1 - y0))
    let (stepX, stepY) = (x0 < x1 ? 1 : -1, y0 < y1 ? 1 : -1)
    var error = dx + dy
    while true {
      words[x * wordsPerColumn + y >> 6] |= 1 << UInt64(y & 63)
      if x == x1, y == y1 { return }
      let twice = 2 * error
      if twice >= dy {
        error += dy
        x += stepX
      }
      if twice <= dx {
        error += dx
        y += stepY
      }
    }
  }
}

extension Double {
  /// The nearest integer, of two as near the one farther from 0: as `rounded()`, without a call.
  ///
  /// To be asked for only within the range of integers.
  @inline(__always)
  var nearest: Int {
    let whole = Int(self)
    // Exact: what stands behind the point.
    let rest = self - Double(whole)
    return rest >= 0.5 ? whole + 1 : rest <= -0.5 ? whole - 1 : whole
  }
}
