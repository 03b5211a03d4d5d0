import Documents
import Pipelines
import Testing

let digits = #"""
  name: digits
  description: Handwritten digits
  python: .venv
  env: { OMP_NUM_THREADS: 1 }
  parameters:
    fraction: { type: Float, default: 1 }
    learning_rate: { type: Float, default: 0.1, min: 0.0001, max: 10, description: "Step size" }
    epochs: { type: Integer, default: 30 }
    mode: { type: String, default: full, enum: [full, quick] }
    min_accuracy: { type: Float, default: 0.9 }
  steps:
    alert: { type: Fail, message: "accuracy ${steps.evaluate.outputs.report.accuracy} is below ${parameters.min_accuracy}" }
    prepare:
      type: Processing
      run: [python, steps/prepare.py, --fraction, "${parameters.fraction}"]
      outputs: { data: data }
    train:
      type: Training
      run: python steps/train.py --lr ${parameters.learning_rate} --out ${outputs.model} ${HOME}
      inputs: { data: "${steps.prepare.outputs.data}", raw: data/raw.csv }
      outputs: { model: model }
      metrics:
        - { name: train_loss, regex: 'train_loss=(\S+)', goal: min }
        - { name: val_loss, regex: 'epoch (?P<step>\d+) .*val_loss=(\S+)', goal: min, main: true }
      env: { SEED: 7 }
      pass_env: [HF_TOKEN]
      before: [module load cuda]
      cpu: 2
      memory: 4GiB
      code: [steps, configs]
    evaluate:
      type: Processing
      run: [python, steps/evaluate.py]
      inputs: { model: "${steps.train.outputs.model}" }
      outputs: { report: evaluation.json }
    accuracy:
      type: Condition
      if: "${steps.evaluate.outputs.report.accuracy} >= ${parameters.min_accuracy}"
      then: [register]
      else: [alert]
    register: { type: RegisterModel, group: digits, model: "${steps.train.outputs.model}", report: "${steps.evaluate.outputs.report}" }
  """#

struct PipelinesTests {
  @Test func `the digits pipeline is understood`() throws {
    let (read, findings) = Pipeline.read(digits, name: "file")
    #expect(findings == [])
    let pipeline = try #require(read)
    #expect(pipeline.name == "digits")
    #expect(
      pipeline.steps.map(\.name) == [
        "prepare", "train", "evaluate", "accuracy", "alert", "register",
      ]
    )
    let train = try #require(pipeline.step("train")?.process)
    #expect(train.cpus == 2)
    #expect(train.memory == 4 << 30)
    #expect(train.python == ".venv")
    #expect(train.environment == ["OMP_NUM_THREADS": Text("1"), "SEED": Text("7")])
    #expect(train.inputs["data"] == .output(step: "prepare", output: "data"))
    #expect(train.inputs["raw"] == .path("data/raw.csv"))
    #expect(
      train.command
        == .shell(
          Text([
            .literal("python steps/train.py --lr "), .reference(.parameter("learning_rate")),
            .literal(" --out "), .reference(.output("model")), .literal(" ${HOME}"),
          ])
        )
    )
    #expect(pipeline.mainMetric?.metric.name == "val_loss")
    #expect(pipeline.step("register")?.branch == .init(condition: "accuracy", outcome: true))
    #expect(pipeline.step("alert")?.branch == .init(condition: "accuracy", outcome: false))
    #expect(pipeline.step("alert")?.dependsOn == ["evaluate", "accuracy"])
  }

  @Test(
    arguments: [
      ("50M", 50 << 20), ("50MB", 50_000_000), ("2G", 2 << 30), ("1.5GiB", 3 << 29),
      ("512 MiB", 1 << 29),
      ("2g", 2 << 30), ("4Gi", 4 << 30), ("1kb", 1000), ("1T", 1 << 40), ("4096", 4096),
      ("0G", nil),
      ("G", nil), ("1.5.1G", nil), ("-1M", nil), ("all", nil), ("", nil), ("9999999T", nil),
    ] as [(String, Int?)]
  )
  func `a size is read in the units that people write`(text: String, bytes: Int?) {
    #expect(byteCount(text) == bytes)
  }
}
