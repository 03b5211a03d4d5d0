import Documents
package import Engine
import Foundation
package import Store
import Terminal

/// Who holds the limits of memory and CPU that steps have.
package func limitsFinding(_ site: CgroupSite?) -> Finding {
  switch site {
  case .unified(let folder, _):
    Finding("limits", .ok, "The kernel holds them (cgroup v2 in \(folder)).")
  case .legacy(let folders):
    Finding("limits", .ok, "The kernel holds them (cgroup v1 in \(folders["memory"] ?? "")).")
  case nil:
    Finding(
      "limits",
      .ok,
      "No control group can be written: memory is watched twice a second, CPUs are bound.",
      next: "Start from a scope of your own: systemd-run --user --scope -p Delegate=yes $SHELL"
    )
  }
}

/// The machine's GPUs and who has each; `holders` are steps by the UUIDs of their GPUs.
package func gpuFindings(_ report: GPUReport, holders: [String: String]) -> [Finding] {
  if let fault = report.fault {
    return [Finding("gpu", .warning, fault, next: "Try 'nvidia-smi' by hand.")]
  }
  guard !report.gpus.isEmpty else { return [Finding("gpu", .ok, "nvidia-smi tells of none.")] }
  return report.gpus.map { gpu in
    var text = gpu.name.isEmpty ? gpu.uuid : gpu.name
    if gpu.memory > 0 { text += ", \(bytesText(gpu.memory).string)" }
    let state =
      holders[gpu.uuid].map { "held by \($0)" }
      ?? gpu.foreignUser.map { "taken by \($0) (not by Lathe)" } ?? "free"
    return Finding("gpu \(gpu.label)", .ok, "\(text): \(state)")
  }
}

/// Whether this host may write a home.
package func hostFinding(of home: Home, at site: HomeSite) -> Finding {
  if let refusal = site.refusal(of: home) {
    return Finding("host", .problem, "\(refusal.what) \(refusal.why)", next: refusal.next)
  }
  guard let owner = home.owner() else {
    return Finding("host", .ok, "The home belongs to nobody yet; this is \(site.host.name).")
  }
  return Finding(
    "host",
    .ok,
    "The home is this host's, \(site.host.name), since \(minuteText(owner.since))."
  )
}

/// Whether catalog, lock and socket lie where they can.
package func stateFinding(of home: Home, at site: HomeSite) -> Finding {
  if let fault = site.stateFault(of: home) {
    return Finding("state", .problem, "\(fault.what) \(fault.why)", next: fault.next)
  }
  let type = site.fileSystem(home.state).map { " (\($0.type))" } ?? ""
  let network = site.fileSystem(home.folder).flatMap { $0.isNetwork ? $0.type : nil }
  let rest = network.map { ", runs and objects on a network one (\($0))" } ?? ""
  return Finding("state", .ok, "\(home.state) is on a local file system\(type)\(rest).")
}
