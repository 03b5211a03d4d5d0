package import ArgumentParser
import Curves
import Documents
import Engine
import Foundation
import Glibc
import Series
import Store
import Terminal

package struct PlotCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Draw metrics of one or more runs, as the workbench does.",
    discussion: """
      Spikes are never lost: what is drawn is what drawing every point would give, and it costs the \
      width of the picture, however many points there are.

      EXAMPLE: two runs over each other
        lathe plot @-1 @ -m val_loss --log --size 100x30

      EXAMPLE: the runs of a sweep, or its twelve best
        lathe plot s1

      EXAMPLE: two metrics of a run over each other
        lathe plot @ train/loss val/loss

      EXAMPLE: all metrics whose names begin alike
        lathe plot @ 'val/*'

      EXAMPLE: smoothed, by the time since the start, for a report
        lathe plot @ -m loss -m val_loss --x time --smooth 0.9 --svg loss.svg

      EXAMPLE: every point, for another program
        lathe plot @-1 @ -m val_loss --csv > val_loss.csv
      """
  )

  @Argument(
    help: ArgumentHelp(
      """
      The runs; a sweep such as s1 stands for its runs. What names no run, or a metric of the runs before \
      it, is a metric, as with -m; r12 and @ are runs in any case.
      """,
      valueName: "run|metric"
    )
  )
  package var runs: [String]
  @Option(
    name: [.customShort("m"), .long],
    help: ArgumentHelp(
      """
      A metric, a step's as STEP/METRIC, or a pattern such as 'val/*'; may be repeated (default: the first \
      run's main one).
      """,
      valueName: "metric"
    )
  )
  package var metric: [String] = []
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Columns and rows (default: the terminal's); with --svg pixels.",
      valueName: "WxH"
    ),
    transform: PlotSize.init
  )
  package var size: PlotSize?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "What x is: step, time since the start, clock, or another metric.",
      valueName: "step|time|clock|metric"
    )
  )
  package var x: PlotAxis?
  @Flag(name: .long, help: "Draw the values by their logarithm.")
  package var log = false
  @Flag(name: .long, help: "Draw the values by their logarithm on both sides of 0.")
  package var symlog = false
  @Flag(name: .long, help: "Draw x by its logarithm.")
  package var logX = false
  @Option(
    name: .long,
    parsing: .unconditional,
    help: ArgumentHelp(
      "The part of x that is drawn; either side may be left out.",
      valueName: "a:b"
    ),
    transform: PlotRange.init
  )
  package var range: PlotRange?
  @Option(
    name: .long,
    parsing: .unconditional,
    help: ArgumentHelp(
      "The values that are drawn; a side that is left out ends with those in the picture.",
      valueName: "a:b"
    ),
    transform: PlotRange.init
  )
  package var yrange: PlotRange?
  @Flag(name: .long, help: "Leave single far outliers outside of the picture.")
  package var robust = false
  @Option(
    name: .long,
    parsing: .unconditional,
    help: ArgumentHelp(
      "Smooth by an exponential average of a weight below 1, or by a median of so many points.",
      valueName: "0.9|median:9"
    ),
    transform: PlotSmoothing.init
  )
  package var smooth: PlotSmoothing?
  @Option(name: .long, help: "What curves are drawn with (default: what the terminal can show).")
  package var glyphs: PlotGlyphs?
  @Flag(name: .long, help: "Draw with ASCII characters only.")
  package var ascii = false
  @Flag(name: .long, help: "Draw the last values as bars.")
  package var bars = false
  @Option(
    name: .long,
    defaultAsFlag: "-",
    help: ArgumentHelp("Write an SVG picture to a file, or to standard output.", valueName: "file"),
    completion: .file(extensions: ["svg"])
  )
  package var svg: String?
  @Flag(
    name: .long,
    help: "With --svg, take the place of a file that 'lathe plot' has not written."
  )
  package var force = false
  @Flag(name: .long, help: "Print every point as run,step,time,value.")
  package var csv = false
  @OptionGroup var output: OutputOptions

  package init() {}

  package func validate() throws {
    guard !runs.isEmpty else { throw ValidationError("Name at least one run.") }
    guard runs.count * max(1, metric.count) <= 12 else {
      throw ValidationError("At most twelve curves can be told apart.")
    }
    let forms = [(csv, "--csv"), (svg != nil, "--svg"), (bars, "--bars"), (output.json, "--json")]
    let chosen = forms.filter(\.0).map(\.1)
    guard chosen.count <= 1 else {
      throw ValidationError("Give \(chosen.joined(separator: " or ")), not both.")
    }
    if csv || output.json {
      let drawing = [(x != nil, "--x"), (smooth != nil, "--smooth")].filter(\.0).map(\.1)
      guard drawing.isEmpty else {
        let form = csv ? "--csv" : "--json"
        throw ValidationError(
          "\(form) prints points as they were logged: leave out \(drawing.joined(separator: " and "))."
        )
      }
    }
    if case .metric(let name) = x?.axis, let smooth, smooth.smoothing != .none {
      throw ValidationError(
        "--smooth smooths along steps or time, and points by \(name) are drawn as they were logged: "
          + "leave out --smooth or --x \(name)."
      )
    }
    if let svg, let other = Self.otherKind(of: svg) {
      throw ValidationError(
        "--svg writes an SVG picture, and \(svg) is called like a \(other.uppercased()): "
          + "name it \(svg.dropLast(other.count))svg; other programs make a \(other.uppercased()) of that."
      )
    }
    if force && (svg ?? "-") == "-" { throw ValidationError("--force needs --svg=FILE.") }
    if log && symlog { throw ValidationError("Give --log or --symlog, not both.") }
    for (isLogarithmic, range, name) in [(log, yrange, "--yrange"), (logX, self.range, "--range")] {
      guard isLogarithmic, let end = range?.low ?? range?.high, end <= 0 else { continue }
      throw ValidationError("A logarithmic axis begins above 0: correct \(name).")
    }
    if svg == nil, let size = size?.size, size.width > 1000 || size.height > 500 {
      throw ValidationError("--size is at most 1000x500; only with --svg it is in pixels.")
    }
    let least = LineChart.leastPicture
    if svg != nil, let size = size?.size, size.width < least.width || size.height < least.height {
      throw ValidationError(
        "A picture is at least \(least.width)x\(least.height) pixels: with --svg, --size is not in columns and rows."
      )
    }
    if ascii, let glyphs, glyphs.glyphs != .ascii {
      throw ValidationError("Give --ascii or --glyphs, not both.")
    }
  }

  package func run() throws {
    let session = Session(output)
    if let svg, svg != "-" { try Self.check(target: session.absolute(svg), force: force) }
    let (runs, others, contested) = try session.runsAndMetrics(runs)
    let asked = try session.expanded(others + metric, of: runs)
    let records = try session.plotted(runs, most: max(1, 12 / max(1, asked.count)))
    guard records.count * asked.count <= 12 else {
      let globs = (others + metric).filter(\.isGlob).map { "'\($0)'" }
      let many = globs.joined(separator: ", ") + " match" + (globs.count == 1 ? "es" : "")
      let runs = records.count == 1 ? "one run" : "\(records.count) runs"
      throw Explanation(
        what: "At most twelve curves can be told apart.",
        why: (globs.isEmpty ? "There are" : "\(many), with all that is named,")
          + " \(asked.count) metrics of \(runs).",
        next: "Name fewer of them: 'lathe metrics \(records[0].shortName)' lists the metrics."
      )
    }
    let names = try asked.isEmpty ? [session.mainMetric(of: records)] : asked
    try session.check(others.filter { !$0.isGlob }, of: records)
    let (logged, lacking) = try session.logged(names, of: records)
    let (curves, odd) = try session.drawable(logged, by: x?.axis ?? .step)
    session.errors.print(try session.told(contested))
    session.errors.print((lacking + odd).map { Line("\($0.what) \($0.why)", .dim) })
    if session.isJSON { return try PointsJSON.print(curves, within: range, to: session.output) }
    session.errors.print(curves.choices)
    let plot = Plot(self, curves: curves)
    if csv {
      try PointsCSV.print(curves, hasMetrics: names.count > 1, within: range, to: session.output)
    } else if let svg {
      try write(try plot.svg(size: size?.size), to: svg, session)
    } else {
      try draw(plot, session)
    }
    session.errors.print(try plot.notes)
  }

  private func draw(_ plot: Plot, _ session: Session) throws {
    let picture = size?.size ?? fitting(session)
    if bars {
      session.output.print(plot.bars(size: size?.size, width: picture.width, glyphs(session)))
    } else {
      session.output.print(try plot.lines(size: picture, glyphs(session)))
    }
  }

  private func fitting(_ session: Session) -> Size {
    let terminal = session.output.size ?? Size(width: 100, height: 26)
    return Size(width: terminal.width, height: max(6, min(terminal.height - 2, 30)))
  }

  private func glyphs(_ session: Session) -> GlyphSet {
    if ascii { return .ascii }
    if let glyphs { return glyphs.glyphs }
    // What a pipe's reader shows is not known: only a terminal's own name counts.
    let term = session.output.isTerminal ? session.environment["TERM"] ?? "" : "xterm"
    return GlyphSet.probed(
      term: term,
      isUTF8: localeCheck(session.environment).verdict == .ok,
      chosen: session.environment["LATHE_GLYPHS"],
      width: { _ in 1 }
    )
  }

  /// The ending of another kind of picture, as a file's name has it; nil for any other name.
  package static func otherKind(of name: String) -> String? {
    guard let dot = name.lastIndex(of: ".") else { return nil }
    let ending = String(name[name.index(after: dot)...])
    let kinds = ["png", "jpg", "jpeg", "gif", "webp", "pdf", "eps", "ps", "tif", "tiff", "bmp"]
    return kinds.contains(ending.lowercased()) ? ending : nil
  }

  /// What is to be known of a picture that lies in an instance's folder.
  private static func note(in instance: InstanceRecord) -> Line {
    let text =
      "It lies in the folder of the instance '\(instance.name)': unless git ignores it, it is code of the "
      + "next runs there, and steps that see all files run again. Another folder does no harm."
    return Line(SafeText(hostile: text), .dim)
  }

  /// Throws an `Explanation` where a picture would take the place of what is none of Lathe's.
  package static func check(target: String, force: Bool) throws {
    switch PathKind(of: target) {
    case .nothing: return
    case .folder:
      throw Explanation(
        what: "\(target) is a folder.",
        why: "--svg names the file that the picture is written to.",
        next: "Name a file in it, such as \(target)/plot.svg."
      )
    case .file:
      guard !force, !isReplaceable(target) else { return }
      throw Explanation(
        what: "\(target) exists already.",
        why:
          "It is no picture that 'lathe plot' is known to have made; nothing else is overwritten.",
        next: "Name another file, or add --force."
      )
    }
  }

  /// Whether a file is empty or begins as a picture does; of a fifo or a device nothing is read.
  private static func isReplaceable(_ path: String) -> Bool {
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { return false }
    defer { close(file) }
    var facts = stat()
    guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return false }
    var head = [UInt8](repeating: 0, count: 1024)
    let count = read(file, &head, head.count)
    return count == 0
      || count > 0 && String(decoding: head[..<count], as: UTF8.self).contains(LineChart.svgMark)
  }

  private func write(_ picture: String, to path: String, _ session: Session) throws {
    guard path != "-" else { return session.output.write(picture) }
    let file = session.absolute(path)
    do {
      try Data(picture.utf8).write(to: URL(filePath: file), options: .atomic)
    } catch {
      throw Explanation(
        what: "\(file) cannot be written.",
        why: "Its folder may be missing or closed to you.",
        next: "Name another file, or none to print the picture."
      )
    }
    session.errors.print(Line("Wrote ", .dim) + Line(SafeText(hostile: file)))
    let folder = URL(filePath: file).deletingLastPathComponent().path
    if let instance = try session.catalog.instances().around(folder) {
      session.errors.print(Self.note(in: instance))
    }
  }
}
