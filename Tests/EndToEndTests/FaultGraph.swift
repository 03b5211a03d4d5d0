/// A pipeline of small steps in a random graph: each joins what it was given.
struct FaultGraph {
  private(set) var steps: [Step] = []

  struct Step {
    var name: String
    /// By number.
    var inputs: [Int]
    /// Its key has the launch's parameter in it, so that no other run can share its result.
    var isOwn: Bool
    /// Between its lines, in milliseconds.
    var pause: Int
  }

  /// What each step prints and logs.
  static let ticks = 6

  init(_ generator: inout Seeded) {
    for number in 0..<12 {
      let count = Int.random(in: 0...2, using: &generator)
      let inputs = (0..<number).shuffled(using: &generator).prefix(count).sorted()
      let own = Bool.random(using: &generator) || inputs.contains { steps[$0].isOwn }
      steps.append(
        Step(
          name: number < 10 ? "s0\(number)" : "s\(number)",
          inputs: inputs,
          isOwn: own,
          pause: Int.random(in: 0...30, using: &generator)
        )
      )
    }
  }

  /// What a step makes in a run with this parameter.
  func result(of number: Int, salt: String) -> String {
    let step = steps[number]
    let parts = step.inputs.map { result(of: $0, salt: salt) }
    return "(" + ([step.name + (step.isOwn ? salt : "")] + parts).joined(separator: " ") + ")"
  }

  func pipeline(side: String) -> String {
    var text = "name: faults\nparameters:\n  salt: { type: String }\nsteps:\n"
    for step in steps {
      let salt = step.isOwn ? "\"${parameters.salt}\"" : "\"\""
      text += """
          \(step.name):
            type: Processing
            run: [sh, step.sh, "\(side)", \(step.name), \(salt), "0.0\(step.pause / 10)\(step.pause % 10)"]
            outputs: { out: out }

        """
      guard !step.inputs.isEmpty else { continue }
      let inputs = step.inputs.map {
        "\(steps[$0].name): \"${steps.\(steps[$0].name).outputs.out}\""
      }
      text += "    inputs: { \(inputs.joined(separator: ", ")) }\n"
    }
    return text
  }

  /// Says beside the run what it has done: each line is appended by one call, once that is so.
  static let script = """
    side=$1 text=$2$3 pause=$4
    tell() { echo "$LATHE_ATTEMPT $*" >> "$side"; }
    tell start
    for file in inputs/*/out; do
      if read -r part < "$file"; then text="$text $part"; fi
    done
    tick=0
    while [ $tick -lt \(ticks) ]; do
      echo "tick $tick"
      tell printed $tick
      echo "value=$tick step=$tick" >> "$LATHE_METRICS"
      tell logged $tick
      sleep "$pause"
      tick=$((tick + 1))
    done
    echo "($text)" > out
    tell end "($text)"

    """
}
