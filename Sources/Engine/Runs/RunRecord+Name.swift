import Documents
import Store

extension RunRecord {
  /// Refuses a name that would be taken for a run's number or position, or that cannot be typed.
  static func check(name: String) throws {
    let isNumber = !name.isEmpty && name.drop { $0 == "r" || $0 == "s" }.allSatisfy(\.isNumber)
    let isPlain =
      name.first?.isWhitespace != true && name.last?.isWhitespace != true
      && name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    guard
      name.isEmpty || isNumber || name.hasPrefix("@") || name.hasPrefix("-") || !isPlain
        || name.utf8.count > 82
    else { return }
    throw Explanation(
      what: "A run cannot be named '\(name.prefix(82))'.",
      why: "Names have at most 82 bytes on one line, and are no number such as r12 or s3, nor @.",
      next: "Use a name such as lower-lr; what you want to remember goes into --note."
    )
  }
}
