import ArgumentParser
import Commands
import Documents
import Testing

/// What a command takes where a word is no exact name.
struct MetricGlobTests {
  private let steps = [
    (step: "train", names: ["train/loss", "val/loss", "val/acc", "odd*"]),
    (step: "test", names: ["val/loss", "acc"]),
  ]

  @Test func `a glob stands for the metrics that match, the most important first`() throws {
    #expect(try ["val/*"].expanded(steps) == ["val/loss", "val/acc"])
    #expect(try ["acc", "*acc"].expanded(steps) == ["acc", "val/acc"])
    #expect(try ["test/*"].expanded(steps) == ["test/val/loss", "test/acc"])
    #expect(try ["odd*"].expanded(steps) == ["odd*"])
    let indexed = [(step: "train", names: ["acc[0]", "acc0"])]
    #expect(try ["acc[0]", "train/acc[0]"].expanded(indexed) == ["acc[0]", "train/acc[0]"])
    #expect(try ["acc[01]"].expanded(indexed) == ["acc0"])
    #expect(throws: NoMatch(glob: "los?")) { try ["acc", "los?"].expanded(steps) }
  }

  @Test func `a picture that is called like another kind is none that --svg writes`() {
    #expect(PlotCommand.otherKind(of: "a/loss.PNG") == "PNG")
    #expect(PlotCommand.otherKind(of: "loss.svg") == nil && PlotCommand.otherKind(of: "-") == nil)
    #expect(throws: (any Error).self) {
      try PlotCommand.parse(["r1", "--svg=loss.png"])
    }
  }

  private func refusal(_ words: String, files: Set<String>) -> Explanation? {
    do throws(Explanation) {
      try RunCommand.refuseMissingProgram(
        words.split(separator: " ").map(String.init),
        path: "/usr/bin::tools",
        folder: "/lab"
      ) { files.contains($0) }
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: ["python3 x", "./a.sh", "bin/x", "/opt/x", "mine", "own"])
  func `a program that is there is started`(words: String) {
    let files: Set = [
      "/usr/bin/python3", "/lab/./a.sh", "/lab/bin/x", "/opt/x", "/lab/tools/mine", "/lab/own",
    ]
    #expect(refusal(words, files: files) == nil)
  }

  @Test func `a program that is certainly not there is refused`() {
    #expect(refusal("nope --lr 1", files: [])?.what == "There is no program 'nope'.")
    #expect(refusal("bin/x", files: [])?.why == "/lab/bin/x does not exist.")
    #expect(
      refusal("LR=1 python3", files: ["/usr/bin/python3"])?.next
        == "To set a variable: lathe run -- env LR=VALUE COMMAND"
    )
  }
}
