extension LineChart {
  /// One line.
  package struct Series: Sendable, Equatable {
    package var label: SafeText
    /// In any order, of the length of `y`; what is longer is not drawn.
    package var x: [Double]
    package var y: [Double]
    package var color: Color
    package var stroke: Stroke
    package var role: Role
    /// What the line is drawn with in ASCII; nil for that of its place among the curves.
    package var mark: Character?
    /// What its values are told in; nil for the unit of the y axis.
    package var unit: AxisUnit?

    package init(
      label: SafeText,
      x: [Double],
      y: [Double],
      color: Color,
      stroke: Stroke = .solid,
      role: Role = .curve,
      unit: AxisUnit? = nil
    ) {
      self.label = label
      self.x = x
      self.y = y
      self.color = color
      self.stroke = stroke
      self.role = role
      self.unit = unit
    }

    var count: Int { min(x.count, y.count) }
  }

  /// What the `index`th series is drawn with in ASCII.
  ///
  /// Colours repeat after six; from there on each comes with another mark than before.
  package static func mark(_ index: Int) -> Character {
    let marks: [Character] = ["*", "o", "+", "x", "#", "@"]
    return marks[index.shifted(within: marks.count)]
  }

  /// What a series is for.
  package enum Role: Sendable, CaseIterable {
    case curve
    /// Shaded behind the curves and without a label of its own: what a smoothed line leaves out.
    case behind
  }

  /// How a line is told apart where there are no colours; in ASCII by its mark.
  package enum Stroke: Sendable, CaseIterable {
    case solid
    case dashed
    case dotted
    case dashDotted
    case sparse
    case longDashed

    /// The stroke of the `index`th series.
    ///
    /// Colours repeat after six; from there on each comes with another stroke than before.
    package static func series(_ index: Int) -> Stroke {
      allCases[index.shifted(within: allCases.count)]
    }
  }

  /// An event on the x axis: a log message, an alert, the border of a step.
  package struct Mark: Sendable, Equatable {
    package enum Kind: Sendable {
      /// An upright line through the plot.
      case line
      /// A sign on a curve at that x.
      case point
    }

    /// What a mark that is a point is drawn as, also in ASCII.
    package struct Sign: Sendable, Equatable {
      package var glyph: Character
      package var letter: Character

      package init(_ glyph: Character, ascii letter: Character) {
        (self.glyph, self.letter) = (glyph, letter)
      }
    }

    package var x: Double
    package var label: SafeText
    package var color: Color
    package var kind: Kind
    /// Whose mark it is, where there are several; marks that say the same in one column share a label.
    package var owner: SafeText = ""
    /// Whether the label is told even where it covers a curve.
    package var isAsked = false
    /// The curve that a point is on, counted without what is behind.
    package var curve = 0
    package var sign = Sign("◆", ascii: "%")

    package init(x: Double, label: SafeText, color: Color, kind: Kind = .line) {
      self.x = x
      self.label = label
      self.color = color
      self.kind = kind
    }
  }

  /// A part of the plot.
  package struct Box: Sendable, Hashable {
    package var x: ClosedRange<Double>
    package var y: ClosedRange<Double>

    package init(x: ClosedRange<Double>, y: ClosedRange<Double>) {
      self.x = x
      self.y = y
    }
  }

  /// What a series says at a crosshair.
  package struct Reading: Sendable, Equatable {
    package var label: SafeText
    package var color: Color
    /// Where the value was logged, which may be left of the crosshair.
    package var x: Double
    /// The last value in the crosshair's column of dots.
    package var value: Double
    /// The least and greatest value in that column.
    package var low: Double
    package var high: Double
    /// As the series has it.
    package var unit: AxisUnit?
  }
}

extension Int {
  /// 0 ..< count, counted around; each round begins one further than the one before.
  fileprivate func shifted(within count: Int) -> Int {
    let round = Int((Double(self) / Double(count)).rounded(.down))
    return (((self + round) % count) + count) % count
  }
}
