import Documents
import Glibc

/// The combinations of parameter values that one launch runs: `lr=0.1,0.03` times `seed=1..3`.
///
/// A part is `NAME=VALUES`; values are separated by commas and are texts, whole ranges `FIRST..LAST`,
/// `FIRST..LAST..STEP`, or `log:FIRST..LAST..COUNT`, numbers in equal ratios. A value in quotes is a
/// text as it stands.
package struct Sweep: Sendable, Equatable {
  /// A sweep that cannot be understood, or is too large.
  package struct Fault: Explained, Equatable {
    package let what: String
    package let why: String
    package let next: String
  }

  package struct Axis: Sendable, Equatable {
    package let name: String
    package let values: [String]
  }

  package static let limit = 10_000

  /// In the order given.
  package let axes: [Axis]

  package init(_ parts: [String]) throws(Fault) {
    var axes: [Axis] = []
    for part in parts {
      let axis = try Sweep.axis(part)
      guard !axes.contains(where: { $0.name == axis.name }) else {
        throw Fault(
          what: "'\(axis.name)' is swept twice.",
          why: "",
          next: "Write all of its values once: --sweep \(axis.name)=1,2,3."
        )
      }
      axes.append(axis)
      let count = axes.reduce(1) { $0 * $1.values.count }
      guard count <= Sweep.limit else {
        throw Fault(
          what: "The sweep has \(count) combinations\(axes.count < parts.count ? " or more" : "").",
          why: "A launch starts at most \(Sweep.limit) runs.",
          next: "Leave out values, or sweep fewer parameters at a time."
        )
      }
    }
    self.axes = axes
  }

  package var count: Int { axes.isEmpty ? 0 : axes.reduce(1) { $0 * $1.values.count } }

  /// Every combination, the last parameter's values changing fastest.
  package var combinations: [[String: String]] {
    guard !axes.isEmpty else { return [] }
    return axes.reduce([[:]]) { combinations, axis in
      combinations.flatMap { combination in
        axis.values.map { combination.merging([axis.name: $0]) { _, new in new } }
      }
    }
  }
}

extension Sweep {
  private static let forms =
    "Write NAME=VALUES, such as lr=0.1,0.03 or seed=1..3 or lr=log:1e-4..1e-1..4."

  private static func axis(_ part: String) throws(Fault) -> Axis {
    guard let sign = part.firstIndex(of: "="), part[..<sign].first != nil else {
      throw Fault(what: "'\(part.prefix(80))' is no sweep.", why: "It has no '='.", next: forms)
    }
    let name = String(part[..<sign])
    guard name.isName else {
      throw Fault(
        what: "'\(name.prefix(80))' cannot be swept.",
        why: "It is not a parameter's name.",
        next: forms
      )
    }
    var values: [String] = []
    for item in try items(part[part.index(after: sign)...], of: name) {
      values += item.isQuoted ? [item.text] : try expanded(item.text, of: name)
      guard values.count <= limit else {
        throw Fault(
          what: "'\(name)' has more than \(limit) values.",
          why: "A launch starts at most \(limit) runs.",
          next: "Take a larger step."
        )
      }
    }
    var seen: Set<String> = []
    if let twice = values.first(where: { !seen.insert($0).inserted }) {
      throw Fault(
        what: "'\(name)' has the value '\(twice.prefix(80))' twice.",
        why: "Both runs would be the same.",
        next: "Leave one of them out."
      )
    }
    return Axis(name: name, values: values)
  }

  /// The texts between commas that stand outside quotes.
  private static func items(
    _ text: Substring,
    of name: String
  ) throws(Fault) -> [(text: String, isQuoted: Bool)] {
    var items: [(String, Bool)] = []
    var rest = text[...]
    while true {
      var item: Substring
      var isQuoted = false
      if let quote = rest.first, quote == "'" || quote == "\"" {
        let inside = rest.dropFirst()
        guard let end = inside.firstIndex(of: quote) else {
          throw Fault(
            what: "A quote in the values of '\(name)' has no end.",
            why: "",
            next: "Close it: --sweep \"\(name)='a,b',c\"."
          )
        }
        item = inside[..<end]
        isQuoted = true
        rest = inside[inside.index(after: end)...]
        guard rest.isEmpty || rest.first == "," else {
          throw Fault(
            what: "After a quoted value of '\(name)' stands '\(rest.prefix(20))'.",
            why: "",
            next: "Separate values by commas."
          )
        }
      } else {
        item = rest.prefix { $0 != "," }
        rest = rest.dropFirst(item.count)
        guard !item.isEmpty else {
          throw Fault(
            what: "A value of '\(name)' is empty.",
            why: "",
            next: text.contains(",")
              ? "Leave out the comma, or write '' for the empty text."
              : "Write its values: \(name)=0.1,0.3; '' is the empty text."
          )
        }
      }
      items.append((String(item), isQuoted))
      if rest.isEmpty { return items }
      rest = rest.dropFirst()
    }
  }

  private static func expanded(_ item: String, of name: String) throws(Fault) -> [String] {
    let isLogarithmic = item.hasPrefix("log:")
    let parts = item.dropFirst(isLogarithmic ? 4 : 0)
      .split(separator: "..", omittingEmptySubsequences: false).map(String.init)
    guard isLogarithmic || parts.count > 1 else { return [item] }
    let isRange = isLogarithmic || parts.allSatisfy { $0.number != nil }
    // `../data` and `a..b` are texts like any other.
    guard isRange else { return [item] }
    func fault(_ why: String, _ next: String) -> Fault {
      Fault(what: "'\(item.prefix(80))' of '\(name)' is no range.", why: why, next: next)
    }
    return isLogarithmic
      ? try logarithmic(parts, fault) : try linear(parts, fault)
  }

  private static func linear(
    _ parts: [String],
    _ fault: (String, String) -> Fault
  ) throws(Fault) -> [String] {
    guard parts.count <= 3, let first = Decimal(parts[0]), let last = Decimal(parts[1]),
      let step = parts.count == 3 ? Decimal(parts[2]) : Decimal(1)
    else { throw fault("A range is FIRST..LAST or FIRST..LAST..STEP.", forms) }
    guard parts.count == 3 || first.isWhole && last.isWhole else {
      throw fault("Numbers that are not whole need a step.", "Write such as 0.1..0.5..0.1.")
    }
    let scale = max(first.scale, last.scale, step.scale)
    guard let from = first.units(at: scale), let to = last.units(at: scale),
      let by = step.units(at: scale), by != 0
    else { throw fault("Its step is 0, or its numbers have too many digits.", forms) }
    guard to >= from, by > 0 else {
      throw fault("It leads downwards.", "Begin with the smaller number; a step is above 0.")
    }
    let (span, isTooLong) = to.subtractingReportingOverflow(from)
    guard !isTooLong, span / by < limit else {
      throw fault("It has more than \(limit) values.", "Take a larger step.")
    }
    return stride(from: from, through: to, by: by).map { Decimal.text($0, scale: scale) }
  }

  private static func logarithmic(
    _ parts: [String],
    _ fault: (String, String) -> Fault
  ) throws(Fault) -> [String] {
    guard parts.count == 3, let first = parts[0].number, let last = parts[1].number,
      let count = Int(parts[2])
    else { throw fault("It is log:FIRST..LAST..COUNT.", forms) }
    guard first > 0, last > 0, first != last, 2...limit ~= count else {
      throw fault(
        "Its ends are two different numbers above 0, its count is from 2 to \(limit).",
        forms
      )
    }
    return (0..<count).map { index in
      // The ends are exactly what was written.
      if index == 0 { return parts[0] }
      if index == count - 1 { return parts[1] }
      let place = Double(index) / Double(count - 1)
      return rounded(exp(log(first) + (log(last) - log(first)) * place))
    }
  }

  /// A number above 0 with six significant digits.
  private static func rounded(_ value: Double) -> String {
    let exponent = Int(log10(value).rounded(.down)) - 5
    let digits = (value / pow(10, Double(exponent))).rounded()
    // Through the decimal text, so that 0.001 is not 0.0010000000000000002.
    let number = Double("\(digits)e\(exponent)") ?? value
    // A whole number is one for a parameter that takes no other.
    return Int(exactly: number).map(String.init) ?? "\(number)"
  }
}

/// A decimal number as it is written, so that 0.1 + 0.2 is 0.3: `units / 10^scale`.
private struct Decimal {
  var units: Int
  var scale: Int

  init(_ whole: Int) {
    units = whole
    scale = 0
  }

  /// Nil for what is no plain number, or has more digits than can be counted with.
  init?(_ text: String) {
    guard text.number != nil else { return nil }
    let parts = text.lowercased().split(separator: "e", omittingEmptySubsequences: false)
    guard parts.count <= 2, let exponent = parts.count == 2 ? Int(parts[1]) : 0 else { return nil }
    let sides = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let fraction = sides.count == 2 ? sides[1] : ""
    guard sides.count <= 2, let units = Int(sides[0] + fraction), -18...18 ~= exponent else {
      return nil
    }
    self.units = units
    scale = fraction.count - exponent
    while scale > 0, self.units.isMultiple(of: 10) {
      self.units /= 10
      scale -= 1
    }
    while scale < 0 {
      let (product, isTooLarge) = self.units.multipliedReportingOverflow(by: 10)
      guard !isTooLarge else { return nil }
      self.units = product
      scale += 1
    }
  }

  var isWhole: Bool { scale == 0 }

  func units(at scale: Int) -> Int? {
    var units = units
    for _ in self.scale..<max(self.scale, scale) {
      let (product, isTooLarge) = units.multipliedReportingOverflow(by: 10)
      guard !isTooLarge else { return nil }
      units = product
    }
    return units
  }

  static func text(_ units: Int, scale: Int) -> String {
    var digits = String(units.magnitude)
    while digits.count <= scale { digits = "0" + digits }
    var fraction = digits.suffix(scale)
    while fraction.last == "0" { fraction.removeLast() }
    return (units < 0 ? "-" : "") + digits.dropLast(scale)
      + (fraction.isEmpty ? "" : "." + fraction)
  }
}
