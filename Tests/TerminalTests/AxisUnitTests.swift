import Foundation
import Testing

@testable import Terminal

struct AxisUnitTests {
  @Test(arguments: [
    (0.0, AxisUnit.bytes, "0 B"), (1023, .bytes, "0.999 KiB"), (999, .bytes, "999 B"),
    (4_727_000, .bytes, "4.508 MiB"), (16.5 * 1_073_741_824, .bytes, "16.5 GiB"),
    (-2048, .bytes, "-2 KiB"), (1e30, .bytes, "8.882e14 PiB"), (.nan, .bytes, "nan"),
    (97.456, .suffixed("%"), "97.46%"), (0, .suffixed("%"), "0%"),
    (250.5, .suffixed("W"), "250.5W"),
    (.infinity, .suffixed("%"), "inf"), (12.5, .number, "12.5"), (12.5, .duration, "12.5s"),
    (150, .duration, "2m30"),
  ])
  func `a value is told with its unit`(value: Double, unit: AxisUnit, text: String) {
    #expect(valueText(value, unit).string == text)
  }

  @Test func `no two ticks of a time say the same`() {
    var dice = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let low = pow(10, Double.random(in: -3...7, using: &dice))
      let span = max(low * 1e-6, pow(10, Double.random(in: -3...7, using: &dice)))
      let scale = AxisScale(low...low + span)
      let ticks = scale.ticks(Int.random(in: 1...20, using: &dice), unit: .duration)
      #expect(Set(ticks.map(\.label)).count == ticks.count, "\(low) + \(span): \(ticks)")
    }
  }

  @Test func `ticks of amounts are told in one unit, and are what they say`() throws {
    var dice = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let low = Double.random(in: 0...1, using: &dice) * 1e9
      let high = low + Double.random(in: 0.01...1, using: &dice) * 1e10
      let unit: AxisUnit = Bool.random(using: &dice) ? .bytes : .suffixed("%")
      let ends = unit == .bytes ? low...high : low / 1e7...high / 1e7
      let (ticks, base) = AxisScale(ends).valueTicks(6, width: 7, unit: unit)
      #expect(ticks.allSatisfy { $0.label.count <= 7 }, "\(ends) \(ticks)")
      #expect(Set(ticks.map(\.label)).count == ticks.count, "\(ends) \(ticks)")
      if let base {
        #expect(base.hasSuffix("B") || base.hasSuffix("%"))
        continue
      }
      let words = Set(
        ticks.filter { $0.label != "0" }.map { $0.label.drop { !$0.isLetter && $0 != "%" } }
      )
      #expect(words.count <= 1, "\(ends) \(ticks)")
      for tick in ticks where tick.label != "0" {
        let number = try #require(Double(tick.label.prefix { $0.isNumber || ".-e".contains($0) }))
        let factors = ["KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824, "k%": 1000.0]
        let word = String(tick.label.drop { $0.isNumber || ".-e".contains($0) })
        let told = number * (factors[word] ?? 1)
        #expect(abs(told - tick.value) <= abs(tick.value) * 1e-9, "\(tick)")
      }
    }
  }

  @Test func `where digits leave no room for the unit it stands beside the axis`() {
    let high = 1000.03 * 1_048_576
    let (ticks, base) = AxisScale(1000 * 1_048_576...high).valueTicks(4, width: 7, unit: .bytes)
    #expect(ticks.count > 1 && ticks.allSatisfy { $0.label.hasPrefix("+") || $0.label.count <= 7 })
    #expect(base?.hasSuffix("GiB") == true, "\(ticks) \(base ?? "")")
  }

  @Test(
    arguments: [
      (0, 0, 1), (7, 6, 8), (0.5, 0, 1.5), (-3, -4, -2), (1e9, 1e9 - 1, 1e9 + 1),
    ] as [(Double, Double, Double)]
  )
  func `around a single point the axis begins at 0 or goes one to both sides`(
    place: Double,
    low: Double,
    high: Double
  ) {
    #expect(LineChart.fittedX(place...place, kind: .linear) == low...high)
  }

  @Test(arguments: [AxisKind.logarithmic, .symlog], [AxisUnit.bytes, .suffixed("W")])
  func `also on other axes every amount is told apart, and with its unit`(
    kind: AxisKind,
    unit: AxisUnit
  ) {
    let word = unit == .bytes ? "B" : "W"
    let ranges: [ClosedRange<Double>] = [
      4.4e9...4.6e9, 4.5e9...4.5004e9, 1...9e15, 1e3...5e6, 1000 * 1_048_576...1000.03 * 1_048_576,
      250...260,
    ]
    for range in ranges {
      let (ticks, base) = AxisScale(range, kind: kind).valueTicks(6, width: 7, unit: unit)
      #expect(!ticks.isEmpty && ticks.allSatisfy { $0.label.count <= 7 }, "\(range) \(ticks)")
      #expect(Set(ticks.map(\.label)).count == ticks.count, "\(range) \(ticks)")
      let isTold = ticks.allSatisfy { $0.label.hasSuffix(word) || $0.label == "0" }
      #expect(base?.hasSuffix(word) ?? isTold, "\(range) \(ticks)")
    }
  }

  @Test func `a single amount is seen against nothing`() {
    func chart(_ value: Double) -> LineChart {
      let line = LineChart.Series(label: "memory", x: [0], y: [value], color: .series1)
      let time = ChartAxis(unit: .duration, label: "time")
      return LineChart(series: [line], x: time, y: ChartAxis(unit: .bytes))
    }
    var screen = Screen(size: Size(width: 52, height: 8))
    chart(3 * 1_048_576).draw(on: &screen, in: screen.bounds, glyphs: .ascii)
    #expect(
      screen.text == """
           6MiB+
               |
           4MiB+
           2MiB+*                           memory 3 MiB
               |
              0+
               ++------------+------------+
                0           0.5s          1s            time
        """
    )
    #expect(chart(0).scales().y.range == 0...1)
  }

  @Test(arguments: [
    0.9e-300...1.1e-300, 1.55e-20...1.75e-20, 1e-300...1.000_001e-300, -2.4e-200 ... -2.2e-200,
    1...1.000_000_000_001, 3.1e250...3.3e250, 1e-12...1.000_000_1e-12,
  ])
  func `ticks of very small, large and near numbers are told apart`(range: ClosedRange<Double>)
    throws
  {
    for count in 2...8 {
      let (ticks, base) = AxisScale(range).valueTicks(count, width: 7, unit: .number)
      #expect(!ticks.isEmpty && Set(ticks.map(\.label)).count == ticks.count, "\(ticks)")
      #expect(ticks.allSatisfy { $0.label.count <= 7 }, "\(ticks) \(base ?? "")")
      // Each label says what its tick is, with what stands beside it.
      let words = (base ?? "").split(separator: " ")
      let power = words.lazy.compactMap { $0.hasPrefix("x1e") ? Int($0.dropFirst(3)) : nil }.first
      let origin = words.lazy.compactMap { Double($0) }.first ?? 0
      let step = ticks.count > 1 ? ticks[1].value - ticks[0].value : 0
      for tick in ticks {
        let told = try #require(Double(tick.label), "\(tick)") * pow(10, Double(power ?? 0))
        let isTold = abs(told - (tick.value - origin)) <= max(step * 0.01, abs(tick.value) * 1e-15)
        #expect(isTold, "\(tick) \(base ?? "") of \(ticks)")
      }
    }
  }

  @Test func `what labels are counted in stands beside them`() throws {
    let (ticks, base) = AxisScale(0.9e-300...1.1e-300).valueTicks(4, width: 7, unit: .number)
    let power = try #require(base.flatMap { Int($0.dropFirst("x1e".count)) })
    #expect(base?.hasPrefix("x1e-30") == true && ticks.count > 2, "\(ticks)")
    for tick in ticks {
      let number = try #require(Double(tick.label))
      #expect(abs(number * pow(10, Double(power)) / tick.value - 1) < 1e-9, "\(tick) \(power)")
    }
  }
}
