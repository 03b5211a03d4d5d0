/// A bar that fills by eighths of a cell, or by whole cells in ASCII: `[####....]`.
package struct ProgressBar: Sendable, Equatable {
  /// From 0 to 1; what lies outside is put to the nearer end, NaN to 0.
  package var fraction: Double

  package init(_ fraction: Double) {
    self.fraction = fraction.isNaN ? 0 : min(max(fraction, 0), 1)
  }

  /// The bar in exactly `width` cells.
  package func text(width: Int, glyphs: GlyphSet) -> SafeText {
    guard width > 0 else { return "" }
    guard glyphs == .ascii else {
      let eighths = Int((fraction * Double(width * 8)).rounded(.down))
      let parts: [Character] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
      var text = String(repeating: "█", count: eighths / 8)
      if eighths / 8 < width { text.append(parts[eighths % 8]) }
      text += String(repeating: " ", count: width - text.count)
      return SafeText(trusted: text)
    }
    guard width > 2 else { return SafeText(trusted: String(repeating: ".", count: width)) }
    let full = Int((fraction * Double(width - 2)).rounded(.down))
    let bar = String(repeating: "#", count: full) + String(repeating: ".", count: width - 2 - full)
    return SafeText(trusted: "[" + bar + "]")
  }
}
