import Pipelines
import Testing

struct SingleCommandTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let line: String
    let name: String
    let value: String
    let step: String?
    var testDescription: String { line }
  }

  @Test(arguments: [
    Case(line: "epoch=3 loss=0.41", name: "loss", value: "0.41", step: "3"),
    Case(line: "Epoch 12/40 train_loss: 1.2e-3", name: "train_loss", value: "1.2e-3", step: "12"),
    Case(line: "loss=nan", name: "loss", value: "nan", step: nil),
    Case(line: "{'val_loss': .5, 'epoch': 2.0}", name: "val_loss", value: ".5", step: nil),
    Case(line: "step: 7 - accuracy = 0.9", name: "accuracy", value: "0.9", step: "7"),
  ])
  func `what scripts commonly print is found without being declared`(_ item: Case) throws {
    let step = try #require(
      Pipeline.single(command: ["python", "train.py"]).steps.first
    )
    let metric = try #require(step.process?.metrics.first { $0.name == item.name })
    let match = try #require(metric.pattern?.firstMatch(in: item.line))
    let bytes = Array(item.line.utf8)
    func text(_ range: Range<Int>?) -> String? {
      range.map { String(decoding: bytes[$0], as: UTF8.self) }
    }
    // The named group stands first in the pattern, the number is the second.
    #expect(text(match[2]) == item.value)
    #expect(text(match["step"]) == item.step)
  }

  @Test(
    arguments: [
      (".venv/bin/python train.py", ".venv", "python", "train"),
      ("./envs/a/bin/python3.11 -m pkg.fit", "envs/a", "python3.11", "pkg"),
      (".venv/bin/torchrun train.py", ".venv", "torchrun", "train"),
      ("python3 train.py", nil, "python3", "train"),
      ("/opt/venv/bin/python train.py", nil, "/opt/venv/bin/python", "train"),
      ("bin/python train.py", nil, "bin/python", "train"),
      ("tools/bin/fit --lr 1", nil, "tools/bin/fit", "fit"),
    ] as [(String, String?, String, String)]
  )
  func `the Python of an environment in the instance makes it the step's`(
    line: String,
    environment: String?,
    program: String,
    name: String
  ) throws {
    let command = line.split(separator: " ").map(String.init)
    let step = try #require(Pipeline.single(command: command).steps.first)
    #expect(step.name == name)
    #expect(step.process?.python == environment)
    let words = [program] + command.dropFirst()
    #expect(step.process?.command == .arguments(words.map { Text($0) }))
  }

  @Test(arguments: ["glossary=3", "val_loss=0.5", "loss_scale=1024", "lossless: 4"])
  func `a longer name is another metric`(_ line: String) throws {
    let step = try #require(Pipeline.single(command: ["train"]).steps.first)
    let loss = try #require(step.process?.metrics.first { $0.name == "loss" })
    #expect(loss.pattern != nil && loss.pattern?.firstMatch(in: line) == nil)
  }
}
