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

  private static let mixed =
    "Epoch 0/10 - val/loss=0.01 train/loss=0.09 box/loss=3 | loss: 0.5"

  @Test(arguments: [
    Case(line: "epoch=3 loss=0.41", name: "loss", value: "0.41", step: "3"),
    Case(line: "Epoch 12/40 train_loss: 1.2e-3", name: "train_loss", value: "1.2e-3", step: "12"),
    Case(line: "loss=nan", name: "loss", value: "nan", step: nil),
    Case(line: "{'val_loss': .5, 'epoch': 2.0}", name: "val_loss", value: ".5", step: nil),
    Case(line: "step: 7 - accuracy = 0.9", name: "accuracy", value: "0.9", step: "7"),
    Case(line: Self.mixed, name: "loss", value: "0.5", step: "0"),
    Case(line: Self.mixed, name: "val/loss", value: "0.01", step: "0"),
    Case(line: Self.mixed, name: "train/loss", value: "0.09", step: "0"),
    Case(line: "{'eval_loss': 0.7, 'epoch': 1.0}", name: "eval_loss", value: "0.7", step: nil),
    Case(line: "eval/accuracy: 95%", name: "eval/accuracy", value: "95", step: nil),
    Case(line: "loss=0.4,acc=0.9", name: "loss", value: "0.4", step: nil),
    Case(line: "loss=0.4,acc=0.9", name: "acc", value: "0.9", step: nil),
    Case(line: "The loss: 0.25.", name: "loss", value: "0.25", step: nil),
    Case(line: "loss: 3.", name: "loss", value: "3.", step: nil),
    Case(line: "[loss: -inf]", name: "loss", value: "-inf", step: nil),
    Case(line: "loss: 1,234.5 (mean loss: 7)", name: "loss", value: "7", step: nil),
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

  @Test(arguments: [
    "glossary=3", "val_loss=0.5", "loss_scale=1024", "lossless: 4", "val/loss=0.5", "box.loss: 1",
    "cls-loss=2",
  ])
  func `a longer name is another metric`(_ line: String) throws {
    let step = try #require(Pipeline.single(command: ["train"]).steps.first)
    let loss = try #require(step.process?.metrics.first { $0.name == "loss" })
    #expect(loss.pattern != nil && loss.pattern?.firstMatch(in: line) == nil)
  }

  @Test(arguments: [
    "loss: 1,234.5", "loss: 1.234,5", "loss=12,345,678", "loss=1_000", "loss=12k", "loss: info",
    "loss: 1.2.3", "loss=3e", "epoch 3 loss: 1,234",
  ])
  func `a number is taken whole or not at all`(_ line: String) throws {
    let step = try #require(Pipeline.single(command: ["train"]).steps.first)
    let loss = try #require(step.process?.metrics.first { $0.name == "loss" })
    #expect(loss.pattern != nil && loss.pattern?.firstMatch(in: line) == nil)
  }
}
