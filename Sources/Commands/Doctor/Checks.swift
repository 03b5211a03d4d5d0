import Documents
package import Engine
import Foundation
import Store
import Terminal

extension Session {
  func checks(readsAll: Bool) -> [Finding] {
    let site = HomeSite()
    let places = [
      homeCheck(), hostFinding(of: home, at: site), stateFinding(of: home, at: site),
    ]
    return places + home.spaces().map(spaceFinding) + [
      usageCheck(), catalogCheck(), agentCheck(), objectCheck(isFull: readsAll),
      program("python3", for: "steps in Python", isNeeded: true),
      program("git", for: "commits recorded with runs", isNeeded: false),
      program("tmux", for: "terminals that outlive a connection", isNeeded: false),
      localeCheck(environment), terminalCheck(environment), watchCheck(),
      lingeringFinding(.read()),
      limitsFinding(CgroupSite.find()),
    ] + gpuChecks()
  }

  private func gpuChecks() -> [Finding] {
    let path = environment["PATH"]
    let isThere = (path ?? "").split(separator: ":").contains {
      access("\($0)/nvidia-smi", X_OK) == 0
    }
    guard isThere else {
      return [Finding("gpu", .ok, "No nvidia-smi is on the PATH: steps with 'gpu:' are refused.")]
    }
    var holders: [String: String] = [:]
    for step in (try? catalog.stepsWithGPUs()) ?? [] {
      for gpu in step.gpus { holders[gpu.uuid] = "r\(step.run) \(step.name)" }
    }
    return gpuFindings(GPUReport.ask(home: home.folder, path: path), holders: holders)
  }

  private func homeCheck() -> Finding {
    let folder = home.folder
    var status = stat()
    guard stat(folder, &status) == 0 else {
      // Made at the first launch: what counts is whether it can be.
      let parent = URL(filePath: folder).deletingLastPathComponent().path
      return access(parent, W_OK) == 0
        ? Finding(
          "home",
          .ok,
          "\(folder) is not there yet; the first command that needs it makes it."
        )
        : Finding(
          "home",
          .problem,
          "\(folder) cannot be made.",
          next: "Set LATHE_HOME to a folder that you can write."
        )
    }
    guard access(folder, W_OK | X_OK) == 0 else {
      return Finding(
        "home",
        .problem,
        "\(folder) cannot be written.",
        next: "Correct its permissions, or set LATHE_HOME to another folder."
      )
    }
    guard status.st_mode & 0o077 == 0 else {
      return Finding(
        "home",
        .warning,
        "\(folder) can be read by others.",
        next: "chmod 700 \(folder)"
      )
    }
    return Finding("home", .ok, "\(folder) is writable and private.")
  }

  private func catalogCheck() -> Finding {
    guard FileManager.default.fileExists(atPath: home.catalog) else {
      return Finding("catalog", .ok, "There is none yet.")
    }
    do {
      if let fault = try catalog.fault() {
        return Finding(
          "catalog",
          .problem,
          "\(home.catalog) is damaged: \(fault)",
          next:
            "Stop the runs, move the file away, and start again: runs and objects stay on the disk."
        )
      }
      let counts = try catalog.counts()
      return Finding("catalog", .ok, "It opens and holds \(counts.all) runs.")
    } catch {
      let explanation = Explanation(error)
      return Finding(
        "catalog",
        .problem,
        "\(explanation.what) \(explanation.why)",
        next: explanation.next
      )
    }
  }

  private func agentCheck() -> Finding {
    do {
      if case .waiting(let explanation) = try agent.send(.ping) {
        return Finding(
          "agent",
          .problem,
          "It waits, and goes on by itself: \(explanation.what) \(explanation.why)",
          next: explanation.next
        )
      }
      // It may have ended since: whoever needs it starts it.
      guard let reply = try agent.sendToLiving(.status) else {
        return Finding("agent", .ok, "It answers.")
      }
      if case .status(let status) = reply { return agentFinding(version: status.version) }
      return agentFinding(version: nil)
    } catch is DecodingError {
      return agentFinding(version: nil)
    } catch {
      let explanation = Explanation(error)
      return Finding(
        "agent",
        .problem,
        "\(explanation.what) \(explanation.why)",
        next: explanation.next
      )
    }
  }

  private func program(_ name: String, for purpose: String, isNeeded: Bool) -> Finding {
    let folders = (environment["PATH"] ?? "").split(separator: ":")
    if let folder = folders.first(where: { access("\($0)/\(name)", X_OK) == 0 }) {
      return Finding(name, .ok, "\(folder)/\(name)")
    }
    return Finding(
      name,
      isNeeded ? .problem : .warning,
      "It is not on the PATH; it serves for \(purpose).",
      next: "Install it: apt-get install \(name)"
    )
  }

  private func watchCheck() -> Finding {
    if FileWatch().descriptor < 0 {
      return Finding(
        "inotify",
        .warning,
        "It is not available; files are looked at each second instead.",
        next: "Raise fs.inotify.max_user_instances."
      )
    }
    let isSilent = FileSystem.isSilent(home.folder) || FileSystem.isSilent(home.state)
    return Finding(
      "inotify",
      .ok,
      isSilent
        ? "The home's file system does not tell of changes; it is looked at each second."
        : "Changes are seen at once."
    )
  }
}

/// Whether the agent that answers is of this program's version; nil where it could not tell its own.
package func agentFinding(version: String?) -> Finding {
  guard version != latheVersion else { return Finding("agent", .ok, "It answers.") }
  return Finding(
    "agent",
    .warning,
    "It answers, and is of \(version.map { "version \($0)" } ?? "another version"); this is \(latheVersion).",
    next: "lathe agent stop; steps go on, and the next command starts an agent of this version."
  )
}

/// Whether text arrives as UTF-8.
package func localeCheck(_ environment: [String: String]) -> Finding {
  let names = ["LC_ALL", "LC_CTYPE", "LANG"]
  let value = names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
  let letters = value.lowercased().filter { $0 != "-" }
  if letters.hasSuffix("utf8") { return Finding("locale", .ok, value) }
  return Finding(
    "locale",
    .warning,
    value.isEmpty ? "None is set." : "\(value) is not UTF-8.",
    next: "export LANG=C.UTF-8, so that curves and names are drawn."
  )
}

/// Whether the workbench can draw on the terminal that TERM names.
package func terminalCheck(_ environment: [String: String]) -> Finding {
  let term = environment["TERM"] ?? ""
  if term.isEmpty || term == "dumb" {
    return Finding(
      "terminal",
      .warning,
      term.isEmpty ? "TERM is not set." : "TERM is dumb.",
      next: "The commands work; the workbench needs a terminal such as xterm-256color."
    )
  }
  return Finding("terminal", .ok, term)
}

/// Whether runs outlive a logout.
package func lingeringFinding(_ facts: LogoutFacts) -> Finding {
  if let words = LogoutWarning.words(facts) {
    return Finding("lingering", .warning, "\(words.what) \(words.why)", next: words.next)
  }
  let message: String
  if !facts.hasSessionManager {
    message = "No session manager ends runs at logout."
  } else if facts.isLingering {
    message = "It is on: runs outlive a logout."
  } else {
    message = "It is off, and not needed here."
  }
  return Finding("lingering", .ok, message)
}
