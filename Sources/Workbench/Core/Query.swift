package import Curves
package import Documents
package import Engine
package import Pipelines
package import Series
package import Store

/// A question that a view asks by showing its answer: views name what they show, the shell keeps the
/// answers true.
///
/// A query is asked again whenever what it was answered from has changed, on a background thread, and
/// the answer arrives as an event only when it differs from the last one.
package enum Query: Sendable, Hashable {
  case header
  /// What the home takes on its disks.
  case usage
  /// Those that match; without a filter, those that belong to no sweep.
  case runs(filter: String, limit: Int)
  /// How many runs an instance has.
  case runCount(instance: String)
  /// The runs that have some numbers; what is not there is left out.
  case runsNumbered([Int])
  /// The same of runs that execute, with their main metrics as far as they have come.
  case liveRuns([Int])
  /// How far sweeps have come: the newest, and those that are active.
  case sweeps
  /// The first runs of a sweep.
  case sweepRuns(Int, limit: Int)
  /// The runs of a sweep that have begun, the best by their main metric first.
  case bestOfSweep(Int, limit: Int)
  case run(Int)
  /// The metrics of a run that executes, as far as its steps have logged them: the one that it is judged by
  /// first.
  case liveMetrics(Int)
  /// The last `limit` lines of a log, or those that end before a line.
  case log(AttemptFolder, LogWindow)
  /// Every metric of one attempt, without its points.
  case metrics(AttemptFolder)
  /// The names of an attempt's metrics, in the order of their first points.
  case metricNames(AttemptFolder)
  /// What an attempt's watch rules found.
  case marks(AttemptFolder)
  /// What an attempt that still runs has logged about itself.
  case logged(AttemptFolder)
  /// The warnings and errors of an attempt's log, with their places on one of its curves.
  case messages(SeriesKey)
  /// The line of an attempt's log that was printed when a curve was at a place.
  case logLine(LogPlace)
  /// Curves thinned for a chart.
  case curves(CurvesRequest)
  /// How the values in a chart's window are spread, of every point.
  case histogram(HistogramRequest)
  /// A page of the points in a chart's window, as they were logged.
  case table(TableRequest)
  /// What metrics said at one step.
  case readings(ReadingsRequest)
  case comparison([Int])
  case instances
  /// The pipeline of an instance as it is on disk now.
  case pipeline(instance: String)
  case stacks
  case stack(String)
  case models
  case alerts
  /// How often watch rules found something, by run.
  case alertCounts
  case gallery
  case template(String)
  /// A folder's entries, in the explorer.
  case folder(String)
  /// A text file's content, for the editor.
  case file(String)
  /// The files below a folder by their relative paths, hidden folders and environments left out.
  case files(String)
}

package enum LogWindow: Sendable, Hashable {
  /// The last lines, and what is appended: follow mode.
  case tail(lines: Int)
  /// Lines from the `first`th (from 0) on.
  case lines(first: Int, count: Int)
}

/// What came of a query.
///
/// Equatable, so that an unchanged answer costs no frame.
package enum Answer: Sendable, Equatable {
  case header(HeaderFacts)
  /// In bytes, to about a hundredth.
  case usage(Int)
  case runs([RunRecord])
  case count(Int)
  case sweeps([SweepState])
  case run(RunFacts)
  case log(LogFacts)
  case metrics([MetricFacts])
  case metricNames([String])
  case summaries([MetricSummary])
  case marks([WatchFinding])
  case logged(StepFacts)
  case messages([LogMessage])
  /// From 0; nil where nothing was printed by then.
  case logLine(Int?)
  case curves(CurvesFacts)
  /// One a series; none where no value is finite.
  case histogram([SeriesHistogram])
  case table(TableFacts)
  /// In the order of the request; nil where nothing was logged up to there.
  case readings([PointReading?])
  case comparison(RunComparison)
  case instances([InstanceRecord])
  case pipeline(PipelineFacts)
  case stacks([StackRecord])
  case stack(StackFacts)
  case models([ModelRecord])
  case alerts([AlertRecord])
  /// Runs without any are left out.
  case alertCounts([Int: Int])
  case gallery([GalleryEntry])
  case template(LoadedTemplate)
  case folder([FolderEntry])
  case file(FileFacts)
  case files([String])
  case failed(Explanation)
}

package struct HeaderFacts: Sendable, Equatable {
  package var counts: RunCounts
  package var instances: [InstanceRecord]
  /// Free bytes on the home's file system.
  package var freeBytes: Int
  /// Busy share of all processors in 0...1, and memory in use and in all, in bytes; sampled only
  /// while a run is active, else nil.
  package var load: MachineLoad?
  /// The other host that the home belongs to; nil where this one writes it.
  package var owner: String?
}

package struct MachineLoad: Sendable, Equatable {
  package var cpu: Double
  package var memoryUsed: Int
  package var memory: Int
}

package struct RunFacts: Sendable, Equatable {
  package var run: RunRecord
  package var steps: [StepRecord]
  package var metrics: [MetricSummary]
  /// The run that this one is compared with in passing, and its metrics.
  package var parent: RunRecord?
  package var parentMetrics: [MetricSummary]
  package var parentSteps: [StepRecord]
  /// How often watch rules found something, and what came last, the newest first.
  package var alertCount = 0
  package var newestAlerts: [AlertRecord] = []
}

package struct LogFacts: Sendable, Equatable {
  /// The number (from 0) of the first line in `lines`.
  package var first: Int
  /// Hostile bytes as text; draw them through the styled-log gate only.
  package var lines: [String]
  /// Lines in all.
  package var count: Int
  /// How many of `lines` tell of an error.
  package let errors: Int
  /// Where a failed Python step's traceback points: file relative to the instance, line from 1.
  package var failure: LogFailure?

  package init(first: Int, lines: [String], count: Int, failure: LogFailure? = nil) {
    self.first = first
    self.lines = lines
    self.count = count
    self.failure = failure
    // Counted here, where nobody waits, and not with every frame. A traceback's head is drawn as an
    // error, but the error is its last line.
    errors = lines.count { line in
      switch LogLineKind(line) {
      case .error, .exception: true
      case .traceback, .warning, nil: false
      }
    }
  }
}

package struct LogFailure: Sendable, Equatable {
  /// Relative to the step's work folder, hence to the instance's folder.
  package var file: String
  package var line: Int
  /// Such as "ValueError: bad shape".
  package var message: String
}

package struct PipelineFacts: Sendable, Equatable {
  package var file: String
  package var pipeline: Pipeline?
  package var diagnostics: [Diagnostic]
}

package struct StackFacts: Sendable, Equatable {
  package var stack: StackRecord
  package var resources: [ResourceRecord]
  package var events: [StackEvent]
}

package struct FolderEntry: Sendable, Equatable {
  package var name: String
  package var isFolder: Bool
  package var size: Int
}

package struct FileFacts: Sendable, Equatable {
  package var bytes: [UInt8]
  /// Of the file as read: a save that finds another one asks first.
  package var digest: Digest
}

extension Query {
  /// Whether its answer may take seconds: it is not waited for, and keeps no other one waiting.
  var isSlow: Bool { self == .usage }

  /// Whether it asks for a file's content.
  var isFile: Bool {
    if case .file = self { true } else { false }
  }
}
