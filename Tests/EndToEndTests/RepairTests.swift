import Foundation
import Testing

extension EndToEnd {
  struct RepairTests {
    private static let pipeline = """
      name: small
      steps:
        prepare:
          type: Processing
          run: [python3, prepare.py]
          outputs: { data: data.txt }
        train:
          type: Training
          run: [python3, train.py]
          inputs: { data: "${steps.prepare.outputs.data}" }
          metrics:
            - { name: val_loss, regex: 'epoch (?P<step>\\d+) val_loss=(\\S+)', goal: min, main: true }
      """
    private static let prepare = "open('data.txt', 'w').write('1 2 3')\n"

    @Test func `a broken script is mended and resumed in six keys`() throws {
      let site = try Site()
      let project = try site.adopt(
        "small",
        pipeline: RepairTests.pipeline,
        scripts: [
          "prepare.py": RepairTests.prepare,
          "train.py": """
          def main():
              for epoch in range(1, 21):
                  loss = 1 / epoch
                  print(f"epoch {epoch} val_loss={loss}")

          main()

          """,
        ]
      )
      let original = site.read(project + "/train.py")
      let terminal = try TmuxTerminal(site)
      try openTrain(terminal)
      // The end of line 3 loses its last letter: a name that is not defined.
      try terminal.key("Down", "Down", "End", "BSpace", "C-l")
      try terminal.wait(for: "[ Launch ]")
      try terminal.key("Enter")
      try terminal.wait(for: "Failed", "NameError")

      var keys = 0
      func press(_ name: String) throws {
        keys += 1
        try terminal.key(name)
      }
      try press("Enter")
      try terminal.wait(for: "Ctrl-R", "loss = 1 / epoc")
      try press("End")
      try press("h")
      try press("C-r")
      try terminal.wait(for: "Succeeded", "r1")
      #expect(keys <= 6)
      #expect(site.read(project + "/train.py") == original)
      #expect(try StepRow.status(of: "r1", site) == "Succeeded")
      #expect(try StepRow.all(of: "r1", site)["prepare"] == "Succeeded")
      let points = try site.lathe("metrics", "r1", "val_loss", "--csv")
      #expect(points.output.split(separator: "\n").count == 21)
      // The failed attempt's log is still there.
      #expect(site.read(site.home + "/runs/r1/train/1/output.log")?.contains("NameError") == true)
    }

    @Test func `a script that is edited while it trains does not change the run`() throws {
      let site = try Site()
      let gate = site.folder + "/gate"
      _ = try site.adopt(
        "small",
        pipeline: RepairTests.pipeline,
        scripts: [
          "prepare.py": RepairTests.prepare,
          // It goes on when it is told to: then the edit is surely saved.
          "train.py": """
          import os, time
          print("epoch 1 val_loss=0.5")
          while not os.path.exists("\(gate)"):
              time.sleep(0.02)
          print("epoch 2 val_loss=0.25")

          """,
        ]
      )
      #expect(try site.lathe("run", "--detach", "--in", "small").code == 0)
      let log = site.home + "/runs/r1/train/1/output.log"
      let started: Bool? = awaited { site.read(log)?.contains("epoch 1") == true ? true : nil }
      try #require(started == true)

      let terminal = try TmuxTerminal(site)
      try openTrain(terminal)
      try terminal.paste("print('edited')\n")
      try terminal.key("C-s")
      let saved: Bool? = awaited {
        site.read("small/train.py")?.hasPrefix("print('edited')\nimport os") == true ? true : nil
      }
      try #require(saved == true)
      try site.write("", to: gate)
      let status: String? = try awaited {
        let status = try StepRow.status(of: "r1", site)
        return status == "Executing" ? nil : status
      }
      #expect(status == "Succeeded")
      #expect(site.read(log)?.contains("epoch 2") == true)
      #expect(site.read(log)?.contains("edited") == false)

      #expect(try site.lathe("run", "--in", "small").code == 0)
      #expect(site.read(site.home + "/runs/r2/train/1/output.log")?.contains("edited") == true)
      let compared = try site.lathe("compare", "r1", "r2", "--diff")
      #expect(compared.code == 0)
      #expect(compared.output.contains("train.py"))
      #expect(compared.output.contains("+print('edited')"))
      #expect(!compared.output.contains("-print"))
    }

    /// Opens the script by the palette, as one does who knows its name.
    private func openTrain(_ terminal: TmuxTerminal) throws {
      try terminal.wait(for: "Runs", "keys")
      try terminal.key("3")
      try terminal.wait(for: "train.py")
      // Files stand by name: pipeline.yaml, prepare.py, train.py.
      try terminal.key("Down", "Down")
      try terminal.wait(for: "Enter edits", "print(")
      try terminal.wait("the preview of train.py") { $0.contains("epoch") }
      try terminal.key("Enter")
      try terminal.wait(for: "Ctrl-S save")
    }
  }
}
