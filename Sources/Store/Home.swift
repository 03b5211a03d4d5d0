import Foundation

/// Where everything lies: `$LATHE_HOME` (`~/.lathe` when unset) and the paths in it.
package struct Home: Sendable, Equatable {
  package let folder: String
  /// Catalog, lock and socket: `$LATHE_STATE`, else the home itself.
  package let state: String

  package init(folder: String, state: String? = nil) {
    self.folder = folder
    self.state = state ?? folder
  }

  /// The home that the environment names; made by nobody here.
  package init(environment: [String: String]) {
    let user = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory()
    let named = environment["LATHE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    let folder = URL(filePath: named ?? user + "/.lathe").standardizedFileURL.path
    // The agent works in another folder: a relative path would be another place there.
    let state = environment["LATHE_STATE"].flatMap { $0.isEmpty ? nil : $0 }
      .map { URL(filePath: $0).standardizedFileURL.path }
    self.init(folder: folder, state: state)
  }

  package var catalog: String { state + "/catalog.sqlite" }
  package var lock: String { state + "/agent.lock" }
  /// What files were found to hold: a `StatCache`, to be removed at any time.
  package var knownFiles: String { state + "/files.cache" }
  package var socket: String { state + "/agent.sock" }
  package var agentLog: String { state + "/agent.log" }
  package var objects: String { folder + "/objects" }
  package var instances: String { folder + "/instances" }
  package var buckets: String { folder + "/s3" }
  package var runs: String { folder + "/runs" }
  package var trash: String { folder + "/trash" }
  package var share: String { folder + "/share" }
  /// The user's own templates: a folder each.
  package var templates: String { folder + "/templates" }

  /// The highest number of a run that has a folder; 0 where none has.
  package func lastRunFolder() -> Int {
    DiskUse.names(in: runs).reduce(0) { last, name in
      guard name.hasPrefix("r"), let number = Int(name.dropFirst()), number < 1 << 40 else {
        return last
      }
      return max(last, number)
    }
  }

  package func instance(_ name: String) -> String { instances + "/" + name }
  package func run(_ run: Int) -> String { runs + "/r\(run)" }

  /// What a step keeps for its later attempts: it outlives each of them, and a resumption.
  package func checkpoint(run: Int, step: String) -> String {
    self.run(run) + "/" + step + "/checkpoint"
  }

  package func attempt(run: Int, step: String, attempt: Int) -> AttemptFolder {
    AttemptFolder(path: self.run(run) + "/" + step + "/\(attempt)")
  }
}

/// The files of one attempt of one step; the step runner is their only writer.
package struct AttemptFolder: Sendable, Equatable, Hashable {
  package let path: String

  package init(path: String) { self.path = path }

  /// Linked into place before the script starts, by the first runner; its lock is held while that lives.
  package var claim: String { path + "/claim" }
  package var spec: String { path + "/spec.json" }
  /// What the script printed, both streams, as it came: hostile bytes.
  package var log: String { path + "/output.log" }
  /// One line a log line: seconds since 1970 and the line's offset, as text.
  package var times: String { path + "/output.times" }
  /// A folder, which `SeriesWriter` makes and `SeriesReader` reads.
  package var metrics: String { path + "/metrics" }
  /// What any program appends lines of metrics to, where its environment names no other file.
  package var metricLines: String { path + "/metrics.in" }
  /// The files that the Python module appends to; consumed, and removed at the attempt's end.
  package var sdk: String { path + "/sdk" }
  /// What was logged beside points, as JSON lines: parameters, summaries and artifacts.
  package var facts: String { path + "/facts" }
  /// JSON lines of what watch rules found: time, step, metric, value, rule, message and action.
  package var marks: String { path + "/marks" }
  /// There when a user has stopped the attempt, for a runner that its agent has no channel to.
  package var stop: String { path + "/stop" }
  /// Space that is set aside for the exit record.
  package var reserve: String { path + "/reserve" }
  package var exit: String { path + "/exit.json" }
  package var work: String { path + "/work" }
  /// The work folder while it is being removed.
  package var leavingWork: String { path + "/work.gone" }
}
