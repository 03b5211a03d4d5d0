import Documents
import Foundation
import Pipelines
import Testing

@testable import Store

/// What the filter of runs finds.
struct RunFilterTests {
  private let scratch: Scratch
  private let catalog: Catalog

  init() throws {
    scratch = try Scratch()
    let writer = try CatalogWriter(home: scratch.home)
    catalog = Catalog(home: scratch.home)
    let all: [[String: ParameterValue]] = [
      ["lr": .float(0.2), "seed": .integer(1), "model": .string("wide")],
      ["lr": .float(0.03), "seed": .integer(10), "model": .string("Deep"), "amp": .boolean(true)],
      ["lr": .string("0.20"), "seed": .string("ten")],
      ["rate": .float(0.2)],
    ]
    try writer.write {
      for (index, parameters) in all.enumerated() {
        var run = RunRecord(
          id: index + 1,
          instance: "digits",
          pipeline: "p",
          status: .succeeded,
          parameters: parameters,
          created: Date(timeIntervalSince1970: 1_700_000_000),
          pipelineFile: Digest(of: "x"),
          code: Digest(of: "x")
        )
        run.sweep = index == 1 ? 7 : nil
        run.note = index == 3 ? "lr->0.1 as lr=0.2" : nil
        (run.mainMetric, run.mainGoal, run.mainBest) =
          index < 2 ? ("val_loss", .min, [0.3, 0.1][index]) : (nil, nil, nil)
        try $0.save(run)
      }
    }
  }

  @Test(arguments: [
    ("", [4, 3, 2, 1]), ("lr=0.2", [3, 1]), ("lr=0.20", [3, 1]), ("LR = 2e-1", [3, 1]),
    ("lr= .2", [3, 1]), ("lr =0.2", [3, 1]), ("lr!=0.2", [2]), ("lr<0.2", [2]),
    ("lr<=0.2", [3, 2, 1]), ("lr>0.03", [3, 1]), ("lr>=0.03", [3, 2, 1]), ("seed<9", [1]),
    ("seed>9", [2]), ("seed=ten", [3]), ("model=deep", [2]), ("model!=deep", [1]),
    ("amp=true", [2]), ("model<x", []), ("val_loss<0.2", [2]), ("val_loss>=0.1", [2, 1]),
    ("val_loss=0.3 lr=0.2", [1]), ("lr=", [3, 2, 1]), ("val_loss=", [2, 1]), ("none=1", []),
    ("lr=0.2 wide", [1]), ("wide lr=0.2", [1]), ("lr", [4, 3, 2, 1]), ("a'; --", []),
    ("lr=0.2' OR '1'='1", []), ("lr=0.2, val_loss=0.3", [1]), ("model=deep,", [2]),
    ("lr= val_loss<0.3", [2]), ("lr= val_loss < 0.3", [2]), ("lr= seed=", [3, 2, 1]),
    // A word is another value than any number.
    ("seed!=1", [3, 2]), ("seed!=ten", [2, 1]), ("amp!=1", [2]), ("lr->0.1", [4]),
    ("s7", [2]),
  ])
  func `a filter finds runs by text, parameters and metrics`(_ filter: String, _ runs: [Int])
    throws
  {
    #expect(try catalog.runs(matching: filter).map(\.id) == runs)
  }

  @Test func `a text without conditions is taken as it stands`() {
    #expect(RunFilter("  a  b ").text == "  a  b " && RunFilter("= 3").conditions.isEmpty)
    let filter = RunFilter("some train/loss < 0.5 words")
    #expect(filter.text == "some words")
    #expect(
      filter.conditions == [.init(name: "train/loss", comparison: .below, value: "0.5")]
    )
    #expect(RunFilter(String(repeating: "a=1 ", count: 40)).conditions.count == 16)
  }
}
