import Foundation
import Glibc

extension GPU {
  /// Asks `nvidia-smi`, if the machine has it; blocks for up to 10 seconds, so for a worker thread.
  ///
  /// Processes whose environment carries the mark of an attempt in `home` are Lathe's.
  static func present(home: String, path: String? = nil) -> [GPU] {
    let path = path ?? ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let programs = path.split(separator: ":").map { String($0) + "/nvidia-smi" }
    guard let program = programs.first(where: { access($0, X_OK) == 0 }) else { return [] }
    func ask(_ query: [String]) -> String? {
      let answer = try? ChildProcess.collect(
        [program] + query,
        environment: ["PATH": path, "LC_ALL": "C"],
        folder: "/",
        timeout: 5
      )
      guard let answer, answer.exit == .code(0) else { return nil }
      return answer.output
    }
    guard let list = ask(listQuery) else { return [] }
    return parse(list: list, processes: ask(processQuery) ?? "") { pid in
      foreignUser(of: pid, home: home)
    }
  }

  /// The user of a process that no attempt in `home` started; nil when it is one's own or gone.
  private static func foreignUser(of pid: Int32, home: String) -> String? {
    var status = stat()
    guard stat("/proc/\(pid)", &status) == 0 else { return nil }
    let mark = Data("LATHE_ATTEMPT=\(home)/".utf8)
    if let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ"),
      environment.range(of: mark) != nil
    {
      return nil
    }
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 4096)
    guard getpwuid_r(status.st_uid, &entry, &buffer, buffer.count, &found) == 0, found != nil,
      let name = entry.pw_name
    else { return "user \(status.st_uid)" }
    return String(cString: name)
  }
}
