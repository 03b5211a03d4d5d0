import ArgumentParser
import Commands
import Documents
import Engine
import Foundation
import Store
import Terminal
import Testing

/// What `lathe gc` and `lathe get` say.
struct CollectTextTests {
  private var report: CollectionReport {
    var report = CollectionReport()
    for (run, name, reason) in [(3, nil, Retention.Reason.age), (7, "baseline", .age)] {
      report.runs.append(
        CollectionReport.Run(
          run: run,
          name: name,
          instance: "digits",
          pipeline: "digits",
          status: run == 3 ? .failed : .succeeded,
          ended: noon.addingTimeInterval(-Double(50 - run) * 86_400),
          bytes: 1_234_567 * run,
          reason: reason
        )
      )
    }
    report.runFolders = .init(count: 3, bytes: 2_000_000)
    report.workFolders = .init(count: 1, bytes: 50_000_000)
    report.objects.objects = 12
    report.objects.bytes = 11_000_000
    report.objects.young = 2
    report.trash = .init(count: 1, bytes: 4_096)
    return report
  }

  @Test func `it shows first what would go, each run with its reason`() {
    let request = CollectRequest(retention: Retention(count: 10, age: 30 * 86_400))
    #expect(
      report.lines(request, at: noon, width: 100).plain == """
        Runs that would go
             run  name      pipeline       ended    frees  why
          ✗  r3             digits    47d00h ago  3.5 MiB  ended more than 30d00h ago, beyond the newest 10
          ✓  r7   baseline  digits    43d00h ago  8.2 MiB  ended more than 30d00h ago, beyond the newest 10

        It would free
          3 folders of these runs, and 1 left of removed ones   1.9 MiB
          1 work folder of steps whose outputs are stored        48 MiB
          12 objects that nothing refers to without these runs   10 MiB
          1 entry in the trash for more than 30 days              4 KiB
          in all                                                 60 MiB
        2 objects are younger than an hour and not freed yet.

        """
    )
    #expect(
      report.ending.plain
        == "Freed 60 MiB: 2 runs, 12 objects, 1 work folder, 1 entry of the trash."
    )
  }

  @Test func `a run of a sweep is told as such, and the best one of it`() {
    var report = report
    report.runs[0].sweep = 2
    report.runs[1].sweep = 2
    report.runs[1].isBest = true
    let request = CollectRequest(retention: Retention(age: 30 * 86_400))
    let text = report.lines(request, at: noon, width: 100).plain
    #expect(
      text.hasPrefix(
        """
        Runs that would go
             run  name      sweep    pipeline       ended    frees  why
          ✗  r3             s2       digits    47d00h ago  3.5 MiB  ended more than 30d00h ago
          ✓  r7   baseline  s2 best  digits    43d00h ago  8.2 MiB  ended more than 30d00h ago

        """
      )
    )
    #expect(text.contains("\nr7 is the best run of s2: 'lathe pin r7' keeps it.\n"))
    guard case .array(let runs)? = report.json["runs"] else { return #expect(Bool(false)) }
    #expect(runs.map { $0["sweep"] } == ["s2", "s2"])
    #expect(runs.map { $0["best_of_sweep"] } == [.boolean(false), .boolean(true)])
  }

  @Test func `a size that is not reached is told with what is in the way`() {
    var report = CollectionReport()
    report.target = CollectionReport.Target(
      bytes: 100 << 20,
      left: 150 << 20,
      emptiesTrash: true,
      stays: [
        .init(.runs(.pinned), .init(count: 2, bytes: 90 << 20)),
        .init(.runs(.newest), .init(count: 1, bytes: 20 << 20)),
        .init(.young, .init(count: 7, bytes: 30 << 20)),
      ]
    )
    let request = CollectRequest(retention: Retention(size: 100 << 20))
    #expect(
      report.lines(request, at: noon, width: 100).plain == """
        There is nothing to free.
        It would still be 50 MiB above the target of 100 MiB: what stays takes
          2 pinned runs (see 'lathe pin --remove')                     90 MiB
          1 newest run of its pipeline (--keep 0 lets it go)           20 MiB
          objects that were stored within the last hour: 7             30 MiB
          catalog, gallery, models and the newest result of each step  10 MiB

        """
    )
    report.isDone = true
    #expect(report.missed.plain.hasPrefix("Still 50 MiB above the target of 100 MiB: "))
    #expect(report.json["target"]?["above_bytes"] == .integer(50 << 20))
    report.target?.left = 100 << 20
    #expect(report.missed.isEmpty && report.json["target"]?["above_bytes"] == .integer(0))
  }

  @Test func `with nothing to free it says so, and what else there is to do`() {
    #expect(
      CollectionReport().lines(CollectRequest(), at: noon, width: 80).plain == """
        There is nothing to free.
         next: 'lathe gc --keep 10' would remove older runs as well.

        """
    )
    let request = CollectRequest(retention: Retention(count: 10))
    #expect(
      CollectionReport().lines(request, at: noon, width: 80).plain == "There is nothing to free.\n"
    )
  }

  @Test(arguments: [60, 80])
  func `it fits the terminal`(width: Int) {
    let request = CollectRequest(retention: Retention(size: 20 << 30), emptiesTrash: true)
    let table = report.lines(request, at: noon, width: width).prefix(3)
    #expect(table.allSatisfy { $0.width <= width })
  }

  @Test func `scripts get the same`() {
    let json = report.json
    #expect(json["done"] == .boolean(false))
    #expect(json["total_bytes"] == .integer(63_004_096))
    #expect(
      json.names == [
        "done", "total_bytes", "runs", "run_folders", "work_folders", "objects", "trash", "target",
      ]
    )
  }

  @Test(arguments: [
    (["gc", "--keep", "3", "--older-than", "1h30m"], Retention(count: 3, age: 5_400)),
    (["gc", "--size", "2GiB"], Retention(size: 2 << 30)),
    (["gc", "--keep", "0"], Retention(count: 0)),
  ])
  func `what goes is as typed`(words: [String], retention: Retention) throws {
    let command = try #require(try LatheCommand.parseAsRoot(words) as? CollectCommand)
    #expect(try command.retention == retention)
  }

  @Test(arguments: [
    ["gc", "--keep", "-1"], ["gc", "--older-than", "soon"], ["gc", "--max-size", "all"],
    ["gc", "--max-size", "5X"],
    ["gc", "--yes", "--dry-run"],
  ])
  func `what makes no sense is refused`(words: [String]) {
    let error = #expect(throws: (any Error).self) { _ = try LatheCommand.parseAsRoot(words) }
    #expect(error.map { LatheCommand.code(for: $0) } == 2)
  }

  // MARK: get

  private var steps: [StepRecord] {
    var train = step("train", .succeeded)
    train.outputs = ["model": Artifact(kind: .file, digest: digest("m"), size: 10)]
    train.facts.artifacts = ["plot": Artifact(kind: .file, digest: digest("p"), size: 20)]
    var evaluate = step("evaluate", .succeeded, index: 1)
    evaluate.outputs = ["report": Artifact(kind: .file, digest: digest("r"), size: 30)]
    return [train, evaluate, step("deploy", .skipped, index: 2)]
  }

  private func found(_ step: String, _ name: String? = nil) throws -> KeptOutput {
    try KeptOutput(named: name, of: step, in: steps, of: run(2))
  }

  @Test func `an output is named by its step, and alone needs no name`() throws {
    #expect(try found("evaluate").artifact.digest == digest("r"))
    #expect(try found("train", "plot").artifact.digest == digest("p"))
    #expect(try found("train", "model").artifact.digest == digest("m"))
  }

  @Test(
    arguments: [
      ("train", nil, "Which output of r2 train?", "lathe get r2 train model ~/"),
      ("train", "modle", "r2 train has no output 'modle'.", "Did you mean 'model'?"),
      ("trian", "model", "r2 has no step 'trian'.", "Did you mean 'train'?"),
      ("deploy", nil, "r2 deploy has no output.", "'lathe show r2' shows what the run made."),
    ] as [(String, String?, String, String)]
  )
  func `what is not there is told with what there is`(
    step: String,
    name: String?,
    what: String,
    next: String
  ) {
    let error = #expect(throws: Explanation.self) { _ = try found(step, name) }
    #expect(error?.what == what && error?.next == next)
  }
}
