import CSystem
import Documents
import Glibc
import Store

/// A started program: its process id and the read end of its output.
package struct ChildProcess: Sendable {
  package let pid: Int32
  /// Standard output and standard error together; non-blocking; the owner closes it.
  package let output: Int32

  /// Starts a program without a shell between, in a session and process group of its own, with
  /// standard input from /dev/null and no other descriptor of this process.
  ///
  /// - Parameters:
  ///   - arguments: the program (a path, or a name looked up in `environment`'s PATH) and its arguments.
  ///   - environment: all that the program gets.
  ///   - folder: its working directory.
  ///   - doors: files of control groups that it is in from its first instruction on.
  /// - Returns: the started process.
  /// - Throws: an `Explanation` when it cannot be started, a `ClosedDoor` when it is not let into a group.
  package static func start(
    _ arguments: [String],
    environment: [String: String],
    folder: String,
    doors: [String] = []
  ) throws -> ChildProcess {
    guard let name = arguments.first else { throw Explanation(what: "There is no command to run.") }
    guard let program = executable(name, environment: environment, folder: folder) else {
      throw Explanation(
        what: "'\(name)' cannot be started.",
        why: missing(name, environment: environment, folder: folder),
        next: "Correct the command, or install the program."
      )
    }
    var ends: [Int32] = [-1, -1]
    guard lathe_pipe(&ends) == 0 else { throw SystemFailure("make a pipe", errno) }
    var pid: Int32 = 0
    let failure = withCStrings(arguments) { argv in
      withCStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
        doors.isEmpty
          ? lathe_spawn(&pid, program, argv, envp, folder, -1, ends[1])
          : spawn(&pid, program, argv, envp, folder, ends[1], doors)
      }
    }
    close(ends[1])
    guard failure == 0 else {
      close(ends[0])
      // A negative number tells of a door.
      if failure < 0 { throw ClosedDoor(code: -failure) }
      throw Explanation(
        what: "'\(name)' cannot be started.",
        why: String(cString: strerror(failure)) + ".",
        next: failure == ENOEXEC
          ? "A script needs a first line such as #!/usr/bin/env python3." : "Correct the command."
      )
    }
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    // A program that prints much is held up less; F_SETPIPE_SZ, which the system may refuse.
    _ = fcntl(ends[0], 1031, 1 << 20)
    return ChildProcess(pid: pid, output: ends[0])
  }

  private static func spawn(
    _ pid: inout Int32,
    _ program: String,
    _ argv: [UnsafeMutablePointer<CChar>?],
    _ envp: [UnsafeMutablePointer<CChar>?],
    _ folder: String,
    _ output: Int32,
    _ doors: [String]
  ) -> Int32 {
    var open: [Int32] = []
    defer { for door in open { close(door) } }
    for door in doors {
      let descriptor = Glibc.open(door, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return -errno }
      open.append(descriptor)
    }
    return lathe_spawn_in(&pid, program, argv, envp, folder, output, open, Int32(open.count))
  }

  /// The file that a program's name stands for, as execvp would find it.
  package static func executable(
    _ name: String,
    environment: [String: String],
    folder: String
  ) -> String? {
    if name.contains("/") {
      let path = name.hasPrefix("/") ? name : folder + "/" + name
      return isExecutable(path) ? path : nil
    }
    let path = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    for part in path.split(separator: ":") where isExecutable("\(part)/\(name)") {
      return "\(part)/\(name)"
    }
    return nil
  }

  private static func missing(
    _ name: String,
    environment: [String: String],
    folder: String
  ) -> String {
    guard !name.contains("/") else {
      let place = name.hasPrefix("/") ? "" : " in its working directory"
      return "There is no executable file of that name\(place)."
    }
    // Debian has a `python3` and no `python`.
    if name == "python", executable("python3", environment: environment, folder: folder) != nil {
      return "There is 'python3': write that, or name a virtual environment."
    }
    return "No program of that name is on the step's PATH: \(environment["PATH"] ?? "")."
  }

  private static func isExecutable(_ path: String) -> Bool {
    var facts = stat()
    return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }
}

/// A process could not be put into a control group, and was not started.
struct ClosedDoor: Error {
  /// The system's error number.
  let code: Int32
}

/// Calls `body` with a null-terminated array of C strings, valid during the call.
func withCStrings<R>(
  _ strings: [String],
  _ body: ([UnsafeMutablePointer<CChar>?]) -> R
) -> R {
  var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
  pointers.append(nil)
  defer { for pointer in pointers { free(pointer) } }
  return body(pointers)
}
