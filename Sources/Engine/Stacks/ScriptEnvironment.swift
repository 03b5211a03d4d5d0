import Foundation
import Glibc

/// What a lifecycle script and a clone see of the shell that asked: documented names only.
enum ScriptEnvironment {
  private static let names: Set<String> = [
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR",
    "http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy",
    "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY",
    "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSH_AUTH_SOCK",
  ]
  private static let prefixes = ["PIP_", "SSL_CERT_"]

  /// The variable that marks every process of a stack's scripts.
  static let mark = "LATHE_STACK"

  static func variables(
    from shell: [String: String],
    instance: String,
    stack: String
  ) -> [String: String] {
    var variables = shell.filter { entry in
      names.contains(entry.key) || prefixes.contains { entry.key.hasPrefix($0) }
    }
    variables["PATH"] = variables["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    variables["HOME"] = variables["HOME"] ?? NSHomeDirectory()
    variables["LANG"] = variables["LANG"] ?? "C.UTF-8"
    variables["LATHE_INSTANCE"] = instance
    variables[mark] = stack
    return variables
  }

  /// For git: it may ask nothing and run no transport but the usual ones.
  static func forGit(_ variables: [String: String]) -> [String: String] {
    var variables = variables
    variables["GIT_TERMINAL_PROMPT"] = "0"
    variables["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes"
    variables["GIT_ALLOW_PROTOCOL"] = "https:http:ssh:git:file"
    return variables
  }

  /// Ends what scripts of a stack left running, wherever it hid: those that carry its mark.
  static func killMarked(stack: String) {
    let wanted = Array("\(mark)=\(stack)".utf8)
    for id in ChildProcess.processes() where id != getpid() {
      guard let data = FileManager.default.contents(atPath: "/proc/\(id)/environ"),
        data.split(separator: 0).contains(where: { $0.elementsEqual(wanted) })
      else { continue }
      kill(id, SIGKILL)
    }
  }
}
