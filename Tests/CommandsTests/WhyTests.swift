import ArgumentParser
import Commands
import Documents
import Engine
import Foundation
import Pipelines
import Store
import Testing

struct WhyTests {
  private var report: WhyReport {
    var hit = step("prepare", .cached)
    hit.cachedFrom = 1
    hit.savedSeconds = 12
    hit.cacheReason = "accepted: a comment on 2026-03-01"
    var miss = step("train", .succeeded, index: 1, seconds: 60)
    miss.cacheReason = "parameter lr changed, train.py changed"
    miss.warning = "made other bytes than r1 train with the same key: it is not deterministic"
    let difference = KeyDifference(
      from: ["parameter lr": digest("1"), "code": digest("old")],
      to: ["parameter lr": digest("2"), "code": digest("new"), "variable HF\u{1b}[2J": digest("x")]
    ) { _ in nil }
    var changes = difference.items.map { StepExplanation.Change(item: $0) }
    changes[0].old = "0.1"
    changes[0].new = "0.03"
    changes[1].item.old = digest("a")
    changes[1].item.new = digest("b")
    return WhyReport(
      run: run(2),
      steps: [
        .init(
          step: hit,
          reason: hit.cacheReason,
          verdict: .taken(.init(run: 1, made: noon.addingTimeInterval(-90), savedSeconds: 12))
        ),
        .init(
          step: miss,
          reason: miss.cacheReason,
          verdict: .ran(
            .init(run: 1, ended: noon.addingTimeInterval(-90), changes: changes)
          )
        ),
        .init(step: step("late", .skipped, index: 2), reason: "train failed", verdict: .none),
      ]
    )
  }

  @Test func `hits, misses and what never ran are told`() {
    #expect(
      report.lines(at: noon) { _ in nil }.plain == """
        ✓ prepare  from r1
            made 1m30s ago, saved 12s, accepted: a comment on 2026-03-01
        ✓ train  ran: parameter lr changed, train.py changed
            compared with r1, 1m30s ago
              parameter lr  0.1 -> 0.03
              code changed  \(digest("a").short) -> \(digest("b").short)
              variable HF␛[2J is new
            warning: made other bytes than r1 train with the same key: it is not deterministic
        - late  Skipped: train failed

        """
    )
  }

  @Test func `a diff stands below its file, harmless on a terminal`() {
    let text = report.lines(at: noon) { change in
      change.item.old == nil ? nil : ["@@ -1,1 +1,1 @@", "-a", "+b\u{1b}[2J"]
    }.plain
    #expect(text.contains("      code changed\n        @@ -1,1 +1,1 @@\n        -a\n        +b"))
    #expect(!text.contains("\u{1b}"))
  }

  @Test func `of a run that was removed no value is said to be not set`() {
    let difference = KeyDifference(
      from: ["parameter lr": digest("1"), "variable OLD": digest("x")],
      to: ["parameter lr": digest("2"), "parameter seed": digest("3")]
    ) { _ in nil }
    var changes = difference.items.map { StepExplanation.Change(item: $0) }
    changes[0].new = "0.03"
    changes[1].new = "1"
    let miss = step("train", .succeeded, seconds: 60)
    let comparison = StepExplanation.Comparison(
      run: 1,
      ended: noon.addingTimeInterval(-90),
      changes: changes,
      isRemoved: true
    )
    let report = WhyReport(
      run: run(2),
      steps: [.init(step: miss, reason: nil, verdict: .ran(comparison))]
    )
    #expect(
      report.lines(at: noon) { _ in nil }.plain == """
        ✓ train  ran
            compared with r1, 1m30s ago, which was removed: only what differs is known
              parameter lr  unknown -> 0.03
              parameter seed  not set -> 1
              variable OLD is gone

        """
    )
  }

  @Test func `a long diff that nobody asked for is cut, and it is said how to see all of it`() {
    let texts = (1...100).map { "+row \($0) of very many" }
    let cut = report.lines(at: noon, limit: 2, width: 20) { $0.item.part == "code" ? texts : nil }
    #expect(
      cut.plain.contains(
        """
              code changed
                +row 1 of v…
                +row 2 of v…
                and 98 more lines: 'lathe why r2 train --diff' prints them

        """
      )
    )
    let whole = report.lines(at: noon) { $0.item.part == "code" ? texts : nil }
    #expect(whole.plain.contains("+row 100 of very many"))
  }

  @Test func `its JSON has stable keys`() {
    let json = report.json(at: noon) { _ in nil }
    #expect(json.names == ["run", "status", "steps"])
    guard case .array(let steps)? = json["steps"] else {
      Issue.record("no steps")
      return
    }
    #expect(
      steps[0].names == [
        "name", "status", "verdict", "reason", "source", "made", "age_seconds", "saved_seconds",
        "compared_with", "compared_with_removed", "differences", "warning",
      ]
    )
    #expect(steps.map { $0["verdict"] } == ["hit", "miss", .null])
    #expect(steps[0]["age_seconds"] == .number(90))
  }

  @Test func `a plan is a row a step`() {
    let plan = LaunchPlan(
      instance: "lab",
      pipeline: "digits",
      steps: [
        .init(
          name: "prepare",
          type: .processing,
          decision: .taken(run: 3, seconds: 12, reason: nil)
        ),
        .init(name: "train", type: .training, decision: .runs(reason: "train.py changed")),
        .init(name: "evaluate", type: .processing, decision: .follows(["train"])),
        .init(name: "keep", type: .registerModel, decision: .decided, branch: "check is true"),
      ]
    )
    #expect(
      plan.lines(width: nil).plain == """
           step      what would become of it                             saves
        ✓  prepare   from the cache of r3                                  12s
        ●  train     runs: train.py changed
        ○  evaluate  runs after train, unless that makes the same bytes
        ○  keep      is decided in the run, if check is true

        1 of 4 steps have their result already, saving 12s.

        """
    )
    #expect(plan.json.names == ["instance", "pipeline", "saved_seconds", "steps", "refused"])
    #expect(plan.json["refused"] == .null)
  }

  @Test func `a plan says that the launch would be refused`() {
    var plan = LaunchPlan(
      instance: "lab",
      pipeline: "digits",
      steps: [.init(name: "g", type: .training, decision: .fails(reason: "it can never start."))]
    )
    plan.refusal = Explanation(what: "Step 'g' asks for 1 GPU.", why: "There is none.", next: "Go.")
    #expect(
      plan.lines(width: nil).plain.hasSuffix(
        """
        The launch would be refused: Step 'g' asks for 1 GPU.
          why: There is none.
         next: Go.

        """
      )
    )
  }

  @Test func `what a launch takes and runs is read from its options`() throws {
    func options(_ line: String) throws -> SelectionOptions {
      let words = line.split(separator: " ").map(String.init)
      return try #require(try LatheCommand.parseAsRoot(["run"] + words) as? RunCommand).selection
    }
    let from = try options("--from a --from b --reference @-1")
    #expect(from.selection { _ in 7 } == Selection(.from, ["a", "b"], reference: 7))
    #expect(try options("--only a").selection { _ in 7 } == Selection(.only, ["a"]))
    #expect(try options("--no-cache --plan").selection { _ in 7 } == nil)
    #expect(try options("--no-cache --plan").isUncached)
    for wrong in [
      "--from a --only b", "--reference r1", "--from a -- python3 t.py",
    ] {
      #expect(throws: (any Error).self) { try options(wrong) }
    }
  }

  @Test func `an acceptance says how it is taken back`() {
    let alias = AliasRecord(
      key: digest("new"),
      target: digest("old"),
      step: "train",
      pipeline: "digits",
      time: noon
    )
    let acceptance = Acceptance(aliases: [alias], changes: ["train.py changed"])
    #expect(
      acceptance.lines(run: "r1", step: "train", isUndone: false).plain == """
        The result of r1 train counts for the step as it is now: train.py changed.
         next: 'lathe accept --undo r1 train' takes that back.

        """
    )
  }
}
