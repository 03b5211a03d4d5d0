/// A series in one row of text: ▁▂▃▄▅▆▇█, or `_.-~=^*#` in ASCII.
///
/// The least finite value is the lowest glyph, the greatest one the highest; equal values are in the
/// middle. NaN is a blank, an infinity "!".
package struct Sparkline: Sendable, Equatable {
  package var values: [Double]

  package init(_ values: [Double]) {
    self.values = values
  }

  package func text(_ glyphs: GlyphSet) -> SafeText {
    let levels = Array(glyphs == .ascii ? "_.-~=^*#" : "▁▂▃▄▅▆▇█")
    let finite = values.filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 0)
    let scale = AxisScale(low...high)
    var text = ""
    for value in values {
      guard value.isFinite else {
        text.append(value.isNaN ? " " : "!")
        continue
      }
      let level = low < high ? Int((scale.unit(value) * 7).rounded()) : 3
      text.append(levels[min(max(level, 0), 7)])
    }
    return SafeText(trusted: text)
  }
}
