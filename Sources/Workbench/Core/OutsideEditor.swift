import Glibc

/// The user's own editor, `$VISUAL` or `$EDITOR`, while the terminal is given back.
struct OutsideEditor {
  private let command: [String]
  private let environment: [String: String]

  init(_ environment: [String: String]) {
    self.environment = environment
    let named = ["VISUAL", "EDITOR"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    command = (named ?? "vi").split(separator: " ").map(String.init)
  }

  /// Runs the editor and waits for its end; returns why it could not be started.
  func open(_ path: String, line: Int) -> String? {
    guard let program = command.first else { return "$EDITOR names no program." }
    let arguments = command + ["+\(max(1, line))", path]
    var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") }
    defer {
      for pointer in argv + envp { free(pointer) }
    }
    argv.append(nil)
    envp.append(nil)
    var child: pid_t = 0
    let failure = posix_spawnp(&child, program, nil, nil, argv, envp)
    guard failure == 0 else {
      return "'\(program)' cannot be started: \(String(cString: strerror(failure))). "
        + "Set EDITOR to an editor that is installed."
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    return nil
  }
}
