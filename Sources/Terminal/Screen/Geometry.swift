/// A cell's position: column and row, both from 0, the origin at the top left.
package struct Point: Sendable, Equatable, Hashable {
  package var x: Int
  package var y: Int

  package init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}

/// A size in cells.
package struct Size: Sendable, Equatable, Hashable {
  package var width: Int
  package var height: Int

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }
}

/// A rectangle of cells; never of a negative size.
package struct Rect: Sendable, Equatable, Hashable {
  package var x: Int
  package var y: Int
  package var width: Int
  package var height: Int

  package init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = max(0, width)
    self.height = max(0, height)
  }

  package var maxX: Int { x + width }
  package var maxY: Int { y + height }
  package var size: Size { Size(width: width, height: height) }
  package var isEmpty: Bool { width == 0 || height == 0 }

  package func contains(_ point: Point) -> Bool {
    point.x >= x && point.x < maxX && point.y >= y && point.y < maxY
  }

  /// The part of this rectangle that also lies in `other`.
  package func intersection(_ other: Rect) -> Rect {
    let left = max(x, other.x)
    let top = max(y, other.y)
    return Rect(
      x: left,
      y: top,
      width: min(maxX, other.maxX) - left,
      height: min(maxY, other.maxY) - top
    )
  }

  /// This rectangle without `n` cells at each side.
  package func inset(_ n: Int = 1) -> Rect {
    Rect(x: x + n, y: y + n, width: width - 2 * n, height: height - 2 * n)
  }

  /// Cuts off the first `rows` rows: (them, the rest).
  package func top(_ rows: Int) -> (Rect, Rect) {
    let n = min(max(0, rows), height)
    return (
      Rect(x: x, y: y, width: width, height: n),
      Rect(x: x, y: y + n, width: width, height: height - n)
    )
  }

  /// Cuts off the last `rows` rows: (the rest, them).
  package func bottom(_ rows: Int) -> (Rect, Rect) {
    let n = min(max(0, rows), height)
    let (rest, cut) = top(height - n)
    return (rest, cut)
  }

  /// Cuts off the first `columns` columns: (them, the rest).
  package func left(_ columns: Int) -> (Rect, Rect) {
    let n = min(max(0, columns), width)
    return (
      Rect(x: x, y: y, width: n, height: height),
      Rect(x: x + n, y: y, width: width - n, height: height)
    )
  }

  /// Cuts off the last `columns` columns: (the rest, them).
  package func right(_ columns: Int) -> (Rect, Rect) {
    let n = min(max(0, columns), width)
    return left(width - n)
  }
}
