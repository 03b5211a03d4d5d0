import GRDB

extension RunFilter {
  /// What a row of `run` has to meet, and the values that it names.
  ///
  /// Names and values are bound and never part of the statement.
  var condition: (sql: String, arguments: StatementArguments) {
    var parts = [
      """
      instr(lower('r' || id || ' ' || coalesce(name, '') || ' ' || coalesce(note, '') || ' ' ||
      pipeline || ' ' || status || ' ' || instance || ' ' || coalesce('s' || sweep, '') || ' ' ||
      parameters), lower(:text)) > 0
      """
    ]
    var arguments: StatementArguments = ["text": text]
    for (index, condition) in conditions.enumerated() {
      let (name, value, number) = ("name\(index)", "value\(index)", "number\(index)")
      arguments += [name: condition.name]
      guard !condition.value.isEmpty else {
        parts.append(Self.either(":\(name)", parameter: "1", metric: { _ in "1" }))
        continue
      }
      if let parsed = condition.number {
        arguments += [number: parsed]
        let compared = condition.comparison.compares(Self.number, ":\(number)")
        // A word is another value than any number, and neither above nor below one.
        let ofWord = condition.comparison == .unequal ? 1 : 0
        parts.append(
          Self.either(
            ":\(name)",
            parameter: "coalesce(\(compared), \(ofWord))",
            metric: { condition.comparison.compares($0, ":\(number)") }
          )
        )
      } else {
        arguments += [value: condition.value]
        parts.append(
          Self.either(
            ":\(name)",
            parameter: condition.comparison.compares(text: Self.text, ":\(value)"),
            metric: { _ in "0" }
          )
        )
      }
    }
    return (parts.map { "(\($0))" }.joined(separator: " AND "), arguments)
  }

  /// That a parameter or a metric of a name meets a condition.
  ///
  /// It is its best value that a metric is compared by, of one without
  /// a goal its last. What the list shows of the main metric is what it is compared by.
  private static func either(
    _ name: String,
    parameter: String,
    metric: (String) -> String
  ) -> String {
    """
    EXISTS (SELECT 1 FROM json_each(run.parameters) AS p
      WHERE lower(p.key) = lower(\(name)) AND \(parameter))
    OR CASE WHEN lower(mainMetric) = lower(\(name)) AND mainBest IS NOT NULL
      THEN \(metric("mainBest"))
      ELSE EXISTS (SELECT 1 FROM metric AS m WHERE m.run = run.id AND lower(m.name) = lower(\(name))
        AND \(metric("CASE m.goal WHEN 'min' THEN m.min WHEN 'max' THEN m.max ELSE m.last END")))
      END
    """
  }

  /// A parameter's value as a number, also one that was given as a text; NULL where it is none.
  private static let number = """
    (CASE WHEN p.type IN ('integer', 'real') THEN p.value
      WHEN p.type = 'text' THEN CASE WHEN json_valid(p.value) THEN
        CASE WHEN json_type(p.value) IN ('integer', 'real') THEN CAST(p.value AS REAL) END END END)
    """

  private static let text = """
    lower(CASE WHEN p.type IN ('true', 'false') THEN p.type ELSE p.value END)
    """
}

extension RunFilter.Condition.Comparison {
  /// Numbers that differ in their last digits only are the same: they were written as texts.
  fileprivate func compares(_ value: String, _ number: String) -> String {
    let isEqual = "abs(\(value) - \(number)) <= 1e-12 * max(abs(\(value)), abs(\(number)))"
    return switch self {
    case .equal, .same: isEqual
    case .unequal: "NOT (\(isEqual))"
    case .below: "(\(value) < \(number) AND NOT (\(isEqual)))"
    case .most: "(\(value) < \(number) OR \(isEqual))"
    case .above: "(\(value) > \(number) AND NOT (\(isEqual)))"
    case .least: "(\(value) > \(number) OR \(isEqual))"
    }
  }

  /// Words are the same or not; none is above another.
  fileprivate func compares(text: String, _ value: String) -> String {
    switch self {
    case .equal, .same: "\(text) = lower(\(value))"
    case .unequal: "\(text) != lower(\(value))"
    case .below, .most, .above, .least: "0"
    }
  }
}
