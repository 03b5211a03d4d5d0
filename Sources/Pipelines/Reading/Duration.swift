/// The seconds that a text stands for: `90`, `500ms`, `30m`, `1h30m`, `7d`, or ISO 8601's `P30D`, `PT1H`.
///
/// ISO 8601 is read as loosely as SageMaker reads it: case does not matter, and the `P` may be missing
/// (`T12H`, `30dT5h`). A month has 30 days, a year 365. Nil for anything else.
package func duration(_ text: String) -> Double? {
  let text = text.lowercased()
  if let number = text.number { return number >= 0 ? number : nil }
  let isISO = text.hasPrefix("p") || text.contains("t")
  var rest = text[...]
  if text.hasPrefix("p") { rest.removeFirst() }
  var isTime = false
  var total = 0.0
  var last = Double.infinity
  guard !rest.isEmpty else { return nil }
  while !rest.isEmpty {
    if isISO, rest.first == "t" {
      rest.removeFirst()
      guard !isTime, !rest.isEmpty else { return nil }
      isTime = true
      continue
    }
    let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    rest = rest.dropFirst(digits.count)
    let unit = isISO ? rest.prefix(1) : rest.prefix { $0.isLetter }
    rest = rest.dropFirst(unit.count)
    // Larger units first, each at most once.
    guard let number = String(digits).number, let size = seconds(String(unit), isISO, isTime),
      size < last
    else { return nil }
    last = size
    total += number * size
  }
  return total.isFinite ? total : nil
}

private func seconds(_ unit: String, _ isISO: Bool, _ isTime: Bool) -> Double? {
  let day = 86_400.0
  switch (unit, isISO, isTime) {
  case ("y", _, false): return 365 * day
  case ("m", true, false): return 30 * day
  case ("w", _, false): return 7 * day
  case ("d", _, false): return day
  case ("h", false, _), ("h", _, true): return 3600
  case ("m", _, _), ("min", false, _): return 60
  case ("s", false, _), ("s", _, true): return 1
  case ("ms", false, _): return 0.001
  default: return nil
  }
}
