import Glibc

/// A program that was started here, with what it writes.
struct ChildProcess: ~Copyable {
  let id: pid_t
  private var output: Int32
  private var errors: Int32

  /// What a program wrote, and how it ended.
  struct Result {
    var output = ""
    var errors = ""
    /// The exit code; 128 and the signal's number after a signal, as a shell counts.
    var code: Int32 = -1
  }

  /// Starts a program with nothing on its standard input, in a session of its own.
  init(_ arguments: [String], environment: [String: String], folder: String) throws {
    var out: [Int32] = [0, 0]
    var err: [Int32] = [0, 0]
    guard pipe(&out) == 0, pipe(&err) == 0 else { throw Failure("pipe: errno \(errno)") }
    // Else a program that another test starts now would hold them open.
    for descriptor in out + err { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, out[1], 1)
    posix_spawn_file_actions_adddup2(&actions, err[1], 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    // POSIX_SPAWN_SETSID: Glibc's macro does not reach Swift.
    posix_spawnattr_setflags(&attributes, 0x80)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
      close(out[1])
      close(err[1])
    }
    // The shell changes the folder: what Swift sees of posix_spawn cannot.
    let command = ["/bin/sh", "-c", #"cd "$0" && exec "$@""#, folder] + arguments
    var words = command.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in words + variables { free(pointer) } }
    var child: pid_t = 0
    let failure = posix_spawn(&child, "/bin/sh", &actions, &attributes, &words, &variables)
    guard failure == 0 else {
      close(out[0])
      close(err[0])
      throw Failure("\(arguments[0]) does not start: errno \(failure)")
    }
    (id, output, errors) = (child, out[0], err[0])
  }

  /// Reads until both streams end, then reaps the program; kills it at the deadline.
  consuming func result(within seconds: Double) throws -> Result {
    var streams: [(descriptor: Int32, bytes: [UInt8])] = [(output, []), (errors, [])]
    let deadline = Deadline(seconds)
    var isLate = false
    while streams.contains(where: { $0.descriptor >= 0 }), !isLate {
      var polled = streams.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
      isLate = poll(&polled, 2, deadline.milliseconds) == 0 && deadline.isOver
      for index in polled.indices where polled[index].revents != 0 {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = read(polled[index].fd, &buffer, buffer.count)
        if count > 0 {
          streams[index].bytes += buffer[..<count]
        } else {
          close(streams[index].descriptor)
          streams[index].descriptor = -1
        }
      }
    }
    if isLate { kill(id, SIGKILL) }
    for stream in streams where stream.descriptor >= 0 { close(stream.descriptor) }
    var status: Int32 = 0
    waitpid(id, &status, 0)
    var result = Result()
    result.output = String(decoding: streams[0].bytes, as: UTF8.self)
    result.errors = String(decoding: streams[1].bytes, as: UTF8.self)
    result.code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
    guard !isLate else { throw Failure("not over after \(seconds) s: \(result)") }
    return result
  }
}

/// Why a test cannot go on.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
