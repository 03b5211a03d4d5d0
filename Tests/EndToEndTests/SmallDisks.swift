import Foundation
import Glibc

/// Small file systems below a site's folder, in a mount namespace of their own.
///
/// Every program of the site is started in there. A class, because it is one namespace, which goes with
/// the process that keeps it, and the file systems with it.
final class SmallDisks {
  private let site: Site
  private let keeper: pid_t

  /// Why this machine does not let tests mount file systems; nil where it does.
  static let obstacle: String? = {
    var told = ""
    for words in ways {
      let command = words + ["sh", "-c", "mount -t tmpfs -o size=1m none /tmp"]
      guard let result = try? run(command) else { continue }
      if result.code == 0 { return nil }
      told = result.errors
    }
    return "no file system can be mounted: \(told)"
  }()

  /// As root, and as a user of a machine that lets users have namespaces.
  private static let ways = [["unshare", "-m"], ["unshare", "-Urm"]]
  private static var way: [String] { getuid() == 0 ? ways[0] : ways[1] }

  private static func run(_ words: [String]) throws -> ChildProcess.Result {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin"
    return try ChildProcess(words, environment: ["PATH": path], folder: "/").result(within: 20)
  }

  /// Mounts a file system of so many KiB at each path of the site's folder.
  init(_ site: Site, _ sizes: KeyValuePairs<String, Int>) throws {
    self.site = site
    var script = "set -e\nmount --make-rprivate / 2>/dev/null || true\n"
    for (path, size) in sizes {
      script += "mkdir -p '\(path)'; mount -t tmpfs -o mode=700,size=\(size)k none '\(path)'\n"
    }
    script +=
      "echo $$ > '\(site.folder)/keeper.new'; mv '\(site.folder)/keeper.new' '\(site.folder)/keeper'\n"
    script += "exec sleep 1000000"
    // In a session of its own; reaped with this process.
    let child = try ChildProcess(
      SmallDisks.way + ["sh", "-c", script],
      environment: site.environment,
      folder: site.folder
    )
    let number: pid_t? = awaited(within: 20) {
      (site.read("keeper")?.trimmingCharacters(in: .whitespacesAndNewlines)).flatMap { pid_t($0) }
    }
    guard let number else {
      kill(child.id, SIGKILL)
      throw Failure("the file systems were not mounted: \(try child.result(within: 5))")
    }
    keeper = number
    let user = getuid() == 0 ? [] : ["-U", "--preserve-credentials"]
    site.entry = ["nsenter", "-t", "\(keeper)", "-m"] + user
    site.view = "/proc/\(keeper)/root"
  }

  deinit {
    kill(keeper, SIGKILL)
    var status: Int32 = 0
    waitpid(keeper, &status, 0)
  }

  /// Mounts another one.
  func mount(_ path: String, _ size: Int) throws {
    let line = "mkdir -p \"$1\" && mount -t tmpfs -o mode=700,size=\(size)k none \"$1\""
    let told = try site.run(["sh", "-c", line, "sh", path])
    guard told.code == 0 else { throw Failure("\(path) was not mounted: \(told)") }
  }

  /// Takes all of a file system's space but some KiB.
  func fill(_ path: String, but rest: Int = 0) throws {
    let filler = path + "/filler"
    var filled = try site.run(["sh", "-c", "cat /dev/zero > '\(filler)'; stat -c %s '\(filler)'"])
    if rest > 0 {
      let size = (Int(filled.output.split(separator: "\n").last ?? "") ?? 0) - rest << 10
      filled = try site.run(["truncate", "-s", "\(max(0, size))", filler])
    }
    let isFull = rest > 0 || free(path) == 0
    guard isFull else { throw Failure("\(path) is not full: \(filled), \(free(path)) are free") }
  }

  /// Gives the space back.
  func empty(_ path: String) throws { try site.run(["rm", path + "/filler"]) }

  /// Free bytes.
  func free(_ path: String) -> Int {
    var disk = statvfs()
    return statvfs(site.view + path, &disk) == 0 ? Int(disk.f_bavail) * Int(disk.f_frsize) : -1
  }
}
