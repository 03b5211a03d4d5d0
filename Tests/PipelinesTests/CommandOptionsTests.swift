import Pipelines
import Testing

struct CommandOptionsTests {
  @Test func `long options are parameters, by their type`() {
    let command = [
      "python", "train.py", "--lr", "0.1", "--epochs=3", "--amp", "--shift", "-2", "-v",
    ]
    #expect(
      CommandOptions(command).parameters == [
        "lr": .float(0.1), "epochs": .integer(3), "amp": .boolean(true), "shift": .integer(-2),
      ]
    )
    #expect(CommandOptions(["make", "--", "--lr", "1"]).parameters == [:])
    #expect(CommandOptions([]).parameters == [:])
  }

  @Test func `a rerun changes the values of options, and no other word`() throws {
    let options = CommandOptions(["train", "--lr", "0.1", "--epochs=3", "0.1"])
    #expect(
      try options.replacing(["lr": "0.5", "epochs": "4; rm -rf /"])
        == ["train", "--lr", "0.5", "--epochs=4; rm -rf /", "0.1"]
    )
    #expect(throws: InvalidParameters.self) { try options.replacing(["lrr": "1"]) }
  }

  @Test func `the words of a command are those that are no parameters`() {
    let words = ["train", "-v", "--lr", "0.1", "--epochs=3", "0.1", "--amp", "--", "--lr", "1"]
    #expect(CommandOptions(words).words == ["train", "-v", "0.1", "--", "--lr", "1"])
    #expect(CommandOptions(["train", "--lr", "1", "--lr", "2"]).words == ["train", "--lr", "1"])
    #expect(CommandOptions([]).words == [])
  }
}
