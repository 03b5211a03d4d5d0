package import Store
package import Terminal

/// The screens: everything that `lathe` without a command opens.
package enum Workbench {
  /// Runs until the user quits; returns the exit code.
  ///
  /// `environment` is the launching shell's: runs and stacks are given it. Without `start` the runs
  /// are shown where there is an instance, else the gallery.
  package static func run(
    door: any TerminalDoor,
    home: Home,
    environment: [String: String],
    start: Destination? = nil
  ) -> Int32 {
    WorkbenchLoop(door: door, home: home, environment: environment, start: start).run()
  }
}
