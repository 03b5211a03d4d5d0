import Documents
import Engine
import Foundation
import Pipelines
import Series
import Store
import Terminal

@testable import Workbench

extension RunFixture {
  static var ended: RunRecord {
    var run = run(.succeeded)
    run.stepsDone = 4
    run.stepsCached = 1
    return run
  }

  static let model = ModelRecord(
    group: "digits",
    version: 3,
    approval: .pending,
    run: 142,
    step: "train",
    instance: "digits",
    artifact: Artifact(kind: .folder, digest: digest, size: 10),
    created: at(130)
  )

  static let diff = """
    --- train.py
    +++ train.py
    @@ -1,2 +1,2 @@
    -hidden = 64
    +hidden = 128
     main()
    """

  static var compared: RunComparison {
    RunComparison(
      runs: [parent, ended],
      parameters: [
        .init(name: "epochs", values: [.integer(40), .integer(40)]),
        .init(name: "learning_rate", values: [.float(0.1), .float(0.03)]),
      ],
      files: [
        .init(
          path: "train.py",
          changes: [nil, .init(kind: .edited, added: 1, removed: 1, diff: diff)]
        )
      ],
      inputs: [
        .init(name: "data", isSame: [true, true]),
        .init(name: "environment", isSame: [true, true]),
        .init(name: "pipeline", isSame: [true, true]),
      ],
      metrics: zip(parentMetrics, metrics).map { old, new in
        .init(
          step: "train",
          name: new.name,
          goal: new.goal,
          isMain: new.isMain,
          values: [old, new]
        )
      }
    )
  }

  static var comparison: [Query: Answer] {
    var earlier = facts(parent, steps(.succeeded))
    earlier.steps[1].logRun = 141
    earlier.metrics = parentMetrics
    return [
      .comparison([141, 142]): .comparison(compared),
      .run(141): .run(earlier),
      .run(142): .run(facts(ended, steps(.succeeded))),
      .metrics(attempt(141)): LoggedSeries.metrics(parentSeries),
      .metrics(attempt(142)): LoggedSeries.metrics(series),
      .models: .models([model]),
    ]
  }

  static let script = file(
    """
    import sys

    def shape(rows):
        return len(rows), len(rows[0])

    def main():
        rows = [[1], [2]]
        if shape(rows) != (2, 2):
            raise ValueError("bad shape")
        print("학습 é")

    main()

    """
  )

  static func file(_ text: String) -> FileFacts {
    FileFacts(bytes: Array(text.utf8), digest: Digest(of: text))
  }
}
