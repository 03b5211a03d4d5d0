import Foundation
import Pipelines
import Store
import Testing

/// Which earlier run a new one is told against.
struct NearestRunTests {
  private func run(
    _ id: Int,
    lr: Double,
    seed: Int? = nil,
    code: String = "code",
    file: String = "pipeline"
  ) -> RunRecord {
    var parameters: [String: ParameterValue] = ["lr": .float(lr)]
    if let seed { parameters["seed"] = .integer(seed) }
    return RunRecord(
      id: id,
      instance: "lab",
      pipeline: "p",
      status: .succeeded,
      parameters: parameters,
      created: Date(timeIntervalSince1970: 0),
      pipelineFile: Digest(of: file),
      code: Digest(of: code)
    )
  }

  @Test func `the run that differs in least is the nearest, the newest of several`() {
    let earlier = [
      run(5, lr: 0.5, code: "other"), run(4, lr: 0.1, code: "other"), run(3, lr: 0.3),
      run(2, lr: 0.2), run(1, lr: 0.1, seed: 1, file: "other"),
    ]
    #expect(run(6, lr: 0.2).nearest(among: earlier)?.id == 2)
    // One thing differs in each of r4, r3 and r2.
    #expect(run(6, lr: 0.1).nearest(among: earlier)?.id == 4)
    #expect(run(6, lr: 0.9).nearest(among: earlier)?.id == 3)
    #expect(run(6, lr: 0.9).nearest(among: []) == nil)
  }

  @Test func `a whole number is the same value, written as a Float and read as an Integer`() {
    var earlier = run(1, lr: 0)
    earlier.parameters["lr"] = .integer(0)
    #expect(run(3, lr: 0).difference(from: earlier).count == 0)
    #expect(run(3, lr: 0).nearest(among: [run(2, lr: 0.5), earlier])?.id == 1)
    #expect(run(3, lr: 0.5).difference(from: earlier).parameters == ["lr"])
  }

  @Test func `what differs is a parameter that only one has, the code and the pipeline`() {
    let difference = run(2, lr: 0.1, seed: 1, code: "b", file: "b").difference(
      from: run(1, lr: 0.1)
    )
    #expect(difference.parameters == ["seed"])
    #expect(difference.hasOtherCode && difference.hasOtherPipeline && difference.count == 3)
    #expect(run(2, lr: 0.1).difference(from: run(1, lr: 0.1)).count == 0)
  }

  @Test func `runs of one command differ in its options alone, those of two in the command`() {
    func command(_ id: Int, lr: Double, _ words: String?) -> RunRecord {
      var run = run(id, lr: lr, file: "\(words ?? "") \(lr)")
      run.source.command = words
      return run
    }
    let base = command(1, lr: 0.1, "train")
    let swept = command(2, lr: 0.2, "train").difference(from: base)
    #expect(swept.parameters == ["lr"] && swept.edit == nil && swept.count == 1)
    let other = command(3, lr: 0.1, "eval").difference(from: base)
    #expect(other.edit == "command edited" && other.count == 1 && !other.hasOtherPipeline)
    // Written in another way, with the same values.
    var again = command(4, lr: 0.1, "train")
    again.pipelineFile = Digest(of: "train=0.1")
    #expect(again.difference(from: base).edit == "command edited")
    #expect(command(5, lr: 0.1, nil).difference(from: base).edit == "pipeline edited")
  }
}
