import Store

/// The commands that Lathe's processes use among themselves; their names begin with "__".
package enum HiddenCommand {
  /// Runs a hidden command.
  ///
  /// - Parameters:
  ///   - name: such as `__step`.
  ///   - arguments: what follows the name.
  /// - Returns: the exit status; nil when there is no such command.
  package static func run(_ name: String, _ arguments: [String]) -> Int32? {
    switch (name, arguments.count) {
    case ("__agent", 2):
      AgentProcess.run(home: Home(folder: arguments[0], state: arguments[1]))
    case ("__step", 1):
      StepRunner.run(attempt: arguments[0])
    default:
      nil
    }
  }
}
