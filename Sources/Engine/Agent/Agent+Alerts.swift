import Documents
import Foundation
import Store

extension Agent {
  /// Runs the programs that are subscribed to the topics of a run's stack, once an alert is written.
  ///
  /// A program gets the alert's text as its one argument and a minute's time; the catalog does not wait
  /// for it.
  func send(_ alerts: [AlertRecord], of run: RunRecord) {
    guard !alerts.isEmpty, let instance = try? reader.instance(run.instance),
      let stack = instance.stack, let resources = try? reader.resources(of: stack)
    else { return }
    let programs = resources.filter { $0.status == .createComplete }
      .flatMap { ($0.attributes[Topic.programs] ?? "").split(separator: "\n").map(String.init) }
    guard !programs.isEmpty else { return }
    let environment = [
      "PATH": runs[run.id]?.launch.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
      "HOME": NSHomeDirectory(), "LATHE_RUN": run.shortName, "LATHE_INSTANCE": instance.name,
    ]
    work { post in
      for program in programs {
        for alert in alerts {
          do {
            _ = try ChildProcess.collect(
              [program, alert.message],
              environment: environment,
              folder: instance.folder,
              timeout: 60
            )
          } catch {
            let words = Explanation(error).what
            post { $0.log("the alert program \(program) failed: \(words)") }
          }
        }
      }
    }
  }
}
