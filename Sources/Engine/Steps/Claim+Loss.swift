import Foundation
import Store

extension Claim {
  /// Why its runner is no more, where that was in another life of a machine, or on another one.
  ///
  /// `host` is the machine that says so, and `boot` when that was started.
  func loss(on host: HostIdentity, since boot: Date?, in zone: TimeZone = .current) -> String {
    guard identity.isSameMachine(as: host) else {
      return """
        It ran on \(self.host.isEmpty ? "another host" : self.host), which the home was taken from; \
        'resume' runs it again here.
        """
    }
    let time = boot.map { minuteText($0, in: zone).split(separator: " ") } ?? []
    let when = time.count == 2 ? " at \(time[1]) on \(time[0])" : ""
    return "The machine was restarted\(when) while the step ran; 'resume' runs it again."
  }
}
