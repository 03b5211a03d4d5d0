import Foundation
import Testing

extension EndToEnd {
  struct WalkTests {
    struct Dimensions: CustomTestStringConvertible {
      let columns: Int
      let rows: Int
      var testDescription: String { "\(columns)x\(rows)" }
    }

    @Test(arguments: [
      Dimensions(columns: 120, rows: 36), Dimensions(columns: 95, rows: 50),
      Dimensions(columns: 80, rows: 24),
    ])
    func `the main job, from the gallery to an approved model`(size: Dimensions) throws {
      let site = try Site()
      let terminal = try TmuxTerminal(site, size.columns, size.rows)
      try setUp(terminal)
      try edit(terminal, site)
      try launch(terminal)
      try launchAgain(terminal, site)
      try compare(terminal)
      try approve(terminal, site)
      // The gallery is where it began: q goes back there first.
      try terminal.key("q")
      try terminal.wait(for: "Templates", "q quit")
      try terminal.key("q")
      #expect(try terminal.exitCode() == 0)
      #expect(try terminal.leftBehind() == [])
    }

    /// Gallery, form, plan and events, until the instance is up.
    private func setUp(_ terminal: TmuxTerminal) throws {
      try terminal.wait(for: "Templates", "digits", "starter")
      try terminal.click(on: "starter")
      try terminal.wait(for: "three species of iris")
      try terminal.key("Enter")
      try terminal.wait(for: "Stack name", "Machine", "[ Next: the plan ]")
      // A name is typed over; the form says at once what is wrong with one.
      try terminal.key("C-u")
      try terminal.type("9x")
      try terminal.wait(for: "one value needs a correction")
      try terminal.key("C-u")
      try terminal.type("iris")
      try terminal.wait(forNo: "needs a correction")
      try terminal.key("Enter")
      try terminal.wait(for: "nothing is made yet", "[ Create ]", "Instance")
      try terminal.key("Enter")
      try terminal.wait(for: "CREATE_COMPLETE", "Events")
    }

    /// A comment is put into the training script; Korean text is typed and taken back.
    private func edit(_ terminal: TmuxTerminal, _ site: Site) throws {
      let script = site.home + "/instances/iris/steps/train.py"
      let original = try #require(site.read(script))
      try terminal.key("3")
      try terminal.wait(for: "steps", "pipeline.yaml")
      try terminal.key("Down", "Enter")
      try terminal.wait(for: "train.py")
      try terminal.key("Down", "Down", "Down", "Down")
      try terminal.wait("the preview of train.py") { $0.contains("import argparse") }
      try terminal.key("Enter")
      try terminal.wait(for: "Ctrl-S")
      try terminal.type("학습률을 낮춘다")
      try terminal.wait(for: "학습률을 낮춘다")
      for _ in 0..<12 where try terminal.screen().contains("학") { try terminal.key("C-z") }
      try terminal.wait(forNo: "학")
      try terminal.paste("# 홍길동 was here\n")
      try terminal.wait(for: "# 홍길동 was here")
      try terminal.key("C-s")
      let saved: Bool? = awaited { site.read(script) == "# 홍길동 was here\n" + original ? true : nil }
      #expect(saved == true, "\(site.read(script)?.prefix(80) ?? "no file")")
      try terminal.key("Escape")
      try terminal.wait(for: "Enter edits")
    }

    /// The pipeline is launched: the curve is drawn while it trains, the log shows its lines.
    private func launch(_ terminal: TmuxTerminal) throws {
      try terminal.key("1")
      try terminal.wait(for: "Runs")
      try terminal.key("n")
      try terminal.wait(for: "learning_rate", "[ Launch ]")
      try terminal.key("Enter")
      let live = try terminal.wait("a curve while it runs", within: 60) {
        $0.hasCurve && $0.contains("Executing")
      }
      #expect(live.contains("r1"))
      try terminal.wait(for: "Succeeded", within: 60)
      try terminal.wait("the last line of the log") {
        $0.contains("epoch 400") || $0.contains("saved to")
      }
      // The log fills the screen, and is searched.
      try terminal.key("/")
      try terminal.type("epoch 17 ")
      try terminal.key("Enter")
      try terminal.wait(for: "epoch 17 train_loss")
    }

    /// Another learning rate: prepare comes from the cache, train runs.
    private func launchAgain(_ terminal: TmuxTerminal, _ site: Site) throws {
      try terminal.key("R")
      try terminal.wait(for: "[ Launch ]", "learning_rate")
      try terminal.key("C-u")
      try terminal.type("0.03")
      try terminal.wait(for: "was 0.01")
      try terminal.key("Enter")
      try terminal.wait(for: "r2", "Succeeded", within: 60)
      let steps = try StepRow.all(of: "r2", site)
      #expect(steps["prepare"] == "Cached")
      #expect(steps["train"] == "Succeeded")
      #expect(steps["evaluate"] == "Succeeded")
    }

    /// Both runs are marked and laid side by side.
    private func compare(_ terminal: TmuxTerminal) throws {
      try terminal.key("1")
      try terminal.wait(for: "first run", "learning_rate")
      try terminal.key("Up", "Up", "Space")
      try terminal.wait(for: "1 marked")
      try terminal.key("Space")
      try terminal.wait(for: "2 marked")
      try terminal.key("c")
      let screen = try terminal.wait("both runs, with curves") {
        $0.contains("Compare 2 runs") && $0.contains("val_loss") && $0.hasCurve
      }
      let row = try #require(screen.lines(with: "learning_rate").first)
      #expect(row.contains("0.01") && row.contains("0.03"))
      #expect(screen.contains("best by val_loss"))
      try terminal.key("Escape")
      try terminal.wait(for: "2 marked")
    }

    /// The newer model is approved.
    private func approve(_ terminal: TmuxTerminal, _ site: Site) throws {
      try terminal.key("4")
      try terminal.wait(for: "irises/1", "irises/2", "needs your approval")
      try terminal.key("A")
      try terminal.wait(for: "Approve irises/2?")
      try terminal.type("낮은 학습률")
      try terminal.key("Enter")
      try terminal.wait("irises/2 is approved") {
        $0.lines(with: "irises/2").contains { $0.contains(" approved ") }
      }
      let models = try site.lathe("models", "--json")
      #expect(models.code == 0)
      #expect(models.output.contains("\"Approved\""))
      #expect(models.output.contains("낮은 학습률"))
      try terminal.key("1")
      try terminal.wait(for: "first run")
    }
  }
}
