/// An amount of CPUs, whole or a fraction, counted in thousandths so that sums are exact.
package struct CPUs: Sendable, Hashable {
  package var thousandths: Int

  package init(thousandths: Int) { self.thousandths = thousandths }
  package init(_ count: Int) { thousandths = 1000 * count }

  /// What a step may ask for.
  ///
  /// The least is the smallest quota that Linux holds: 1 ms of each 100 ms.
  package static let allowed = CPUs(thousandths: 10)...CPUs(4096)

  /// The amount that a decimal number stands for, such as `2`, `2.0` or `0.5`.
  ///
  /// Nil when it is none that is allowed, or has a digit behind the thousandths.
  init?(_ text: String) {
    guard let number = text.number, abs(number) <= 4096 else { return nil }
    let thousandths = (number * 1000).rounded()
    // The quotient is the number that the same digits are read as.
    guard thousandths / 1000 == number else { return nil }
    self.thousandths = Int(thousandths)
    guard CPUs.allowed.contains(self) else { return nil }
  }

  /// How many CPUs that is for a program, which counts whole ones: 1 of 0.5, 2 of 1.5.
  package var roundedUp: Int { (thousandths + 999) / 1000 }

  /// Seconds of CPU time a second.
  package var quota: Double { Double(thousandths) / 1000 }
}

extension CPUs: Comparable, AdditiveArithmetic {
  package static let zero = CPUs(thousandths: 0)

  package static func < (a: CPUs, b: CPUs) -> Bool { a.thousandths < b.thousandths }
  package static func + (a: CPUs, b: CPUs) -> CPUs {
    CPUs(thousandths: a.thousandths + b.thousandths)
  }
  package static func - (a: CPUs, b: CPUs) -> CPUs {
    CPUs(thousandths: a.thousandths - b.thousandths)
  }
}

extension CPUs: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
  package init(integerLiteral count: Int) { self.init(count) }
  package init(floatLiteral number: Double) {
    self.init(thousandths: Int((number * 1000).rounded()))
  }
}

extension CPUs: CustomStringConvertible {
  /// Without digits that say nothing: "2", "0.5", "0.125".
  package var description: String {
    let (whole, rest) = thousandths.quotientAndRemainder(dividingBy: 1000)
    guard rest != 0 else { return "\(whole)" }
    var digits = String(String(1000 + rest).dropFirst())
    while digits.last == "0" { digits.removeLast() }
    return "\(whole).\(digits)"
  }
}
