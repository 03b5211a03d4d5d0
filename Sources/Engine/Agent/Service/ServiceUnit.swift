import Documents
import Foundation
package import Store

/// The systemd user unit that starts a home's agent after the machine's start.
package struct ServiceUnit: Sendable, Equatable {
  /// Such as "lathe-agent.service"; a home that is not the usual one has a name of its own.
  package var name: String
  package var text: String

  /// - Parameters:
  ///   - home: the home.
  ///   - program: the program's absolute path.
  ///   - userHome: the user's home folder, in which the usual home is.
  ///   - host: the machine that the home belongs to; others, which may see the same unit, pass it over.
  package init(home: Home, program: String, userHome: String, host: HostIdentity) {
    name = "lathe-agent\(ServiceUnit.suffix(home, userHome: userHome)).service"
    let condition = host.machine.isEmpty ? host.name : host.machine
    let words =
      ServiceUnit.quoted(program, isProgram: true)
      + ["__agent", home.folder, home.state].map { " " + ServiceUnit.quoted($0) }.joined()
    text = """
      # Made by 'lathe agent install'; 'lathe agent uninstall' removes it.
      [Unit]
      Description=Lathe's agent
      Documentation=man:lathe(1)
      ConditionHost=\(ServiceUnit.escaped(condition))

      [Service]
      ExecStart=\(words)
      WorkingDirectory=/
      Restart=on-failure
      RestartSec=10
      # What has to be put right first is not tried again.
      RestartPreventExitStatus=2
      # Steps outlive a restart of the agent, and one that runs out of memory does not end the others.
      KillMode=process
      OOMPolicy=continue
      TasksMax=infinity

      [Install]
      WantedBy=default.target

      """
  }

  /// Empty for the usual home, else "-" and what tells this home from others.
  static func suffix(_ home: Home, userHome: String) -> String {
    let usual = Home(environment: ["HOME": userHome])
    guard home != usual else { return "" }
    return "-" + Digest(of: home.folder + "\0" + home.state).hex.prefix(8)
  }

  /// A word of ExecStart, whatever stands in it.
  ///
  /// `%` begins a specifier there; `$` a variable, but in the program itself.
  static func quoted(_ word: String, isProgram: Bool = false) -> String {
    let text = escaped(word)
    return "\"" + (isProgram ? text : text.replacing("$", with: "$$")) + "\""
  }

  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\"": escaped += "\\\""
      case "%": escaped += "%%"
      case _ where scalar.value < 32 || scalar.value == 127:
        let digits = String(scalar.value, radix: 16)
        escaped += "\\x" + (digits.count < 2 ? "0" : "") + digits
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
