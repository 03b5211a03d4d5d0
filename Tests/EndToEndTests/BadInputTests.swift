import Foundation
import Testing

extension EndToEnd {
  struct BadInputTests {
    struct Case: CustomTestStringConvertible {
      let testDescription: String
      var files: [String: String] = [:]
      let words: [String]
      let code: Int32
      let says: [String]
      var setting: [String: String] = [:]
    }

    private static let template = """
      Parameters:
        Owner: { Type: String }
      Resources:
        Box:
          Type: AWS::SageMaker::NotebookInstance
          Properties: { InstanceType: local, RoleArn: "arn:aws:iam::1:role/x" }
      """
    private static let pipeline = """
      name: small
      parameters:
        seed: { type: Integer }
      steps:
        one: { type: Processing, run: [./nothing-there] }
      """

    @Test(arguments: [
      Case(
        testDescription: "text that is no YAML",
        files: ["bad.yaml": "hello: [\n"],
        words: ["up", "bad.yaml"],
        code: 2,
        says: ["bad.yaml:2:1", "not well-formed"]
      ),
      Case(
        testDescription: "YAML that is no template",
        files: ["bad.yaml": "hello: 1\n"],
        words: ["up", "bad.yaml"],
        code: 2,
        says: ["bad.yaml:1:1", "hello", "Resources"]
      ),
      Case(
        testDescription: "a template that is nowhere",
        words: ["up", "digts"],
        code: 2,
        says: ["'digts'", "digits"]
      ),
      Case(
        testDescription: "a template's parameter without a value",
        files: ["need.yaml": template],
        words: ["up", "need.yaml"],
        code: 2,
        says: ["Owner", "-p Owner=VALUE"]
      ),
      Case(
        testDescription: "a pipeline's parameter without a value",
        files: ["small/pipeline.yaml": pipeline],
        words: ["run", "--in", "small"],
        code: 2,
        says: ["'seed'", "-p seed=VALUE"]
      ),
      Case(
        testDescription: "a pipeline's parameter with a wrong value",
        files: ["small/pipeline.yaml": pipeline],
        words: ["run", "--in", "small", "-p", "seed=x"],
        code: 2,
        says: ["'seed'", "'x'", "whole number"]
      ),
      Case(
        testDescription: "a script that cannot be started",
        files: ["small/pipeline.yaml": pipeline],
        words: ["run", "--in", "small", "-p", "seed=1"],
        code: 1,
        says: ["'./nothing-there' cannot be started"]
      ),
      Case(
        testDescription: "a run that is nowhere",
        words: ["show", "r99"],
        code: 2,
        says: ["There is no run 'r99'"]
      ),
      Case(
        testDescription: "a folder to adopt that is nowhere",
        words: ["init", "/nonexistent"],
        code: 2,
        says: ["There is no folder /nonexistent", "Make it"]
      ),
      Case(
        testDescription: "a file to adopt",
        files: ["a.txt": "a"],
        words: ["init", "a.txt"],
        code: 2,
        says: ["a.txt is a file"]
      ),
      Case(
        testDescription: "nothing to check",
        words: ["validate", "digts"],
        code: 2,
        says: ["There is no file 'digts'", "Did you mean 'digits'?"]
      ),
      Case(
        testDescription: "a picture in a folder's place",
        words: ["plot", "@", "--svg=/tmp"],
        code: 2,
        says: ["/tmp is a folder"]
      ),
      Case(
        testDescription: "a picture in a file's place",
        files: ["a.svg": "<svg/>"],
        words: ["plot", "@", "--svg=a.svg"],
        code: 2,
        says: ["a.svg exists already", "--force"]
      ),
      Case(
        testDescription: "a home where no disk is",
        words: ["runs"],
        code: 0,
        says: ["No runs yet"],
        setting: ["LATHE_HOME": "/proc/x"]
      ),
      Case(
        testDescription: "a template of the gallery",
        words: ["validate", "digits"],
        code: 0,
        says: ["is a valid template"]
      ),
      Case(
        testDescription: "a home that cannot be written",
        words: ["up", "starter"],
        code: 2,
        says: ["cannot be written", "LATHE_HOME"],
        setting: ["LATHE_HOME": "/dev/null/x"]
      ),
    ])
    func `bad input gets one message, and nothing is lost`(_ item: Case) throws {
      let site = try Site()
      for (name, text) in item.files { try site.write(text, to: name) }
      if item.files["small/pipeline.yaml"] != nil {
        #expect(try site.lathe("init", site.folder + "/small").code == 0)
      }
      let result = try site.run([Site.lathe] + item.words, setting: item.setting)
      #expect(result.code == item.code, "\(result)")
      let said = result.errors + result.output
      for words in item.says { #expect(said.contains(words), "\(said)") }
      #expect(said.split(separator: "\n").count <= 8, "\(said)")
      for (name, text) in item.files { #expect(site.read(name) == text) }
      // No half-made stack is left.
      #expect(try site.lathe("stacks", "--json").output.contains("CREATE") == false)
    }

    @Test func `a metric that is not a number is kept and shown as nan`() throws {
      let site = try Site()
      _ = try site.adopt(
        "nan",
        pipeline: """
          name: nan
          steps:
            one:
              type: Training
              run: [python3, one.py]
              metrics: [{ name: loss, regex: 'epoch (?P<step>\\d+) loss=(\\S+)' }]
          """,
        scripts: [
          "one.py": "for i, loss in enumerate(['1', 'nan', '2']): print(f'epoch {i} loss={loss}')\n"
        ]
      )
      #expect(try site.lathe("run", "--in", "nan").code == 0)
      let csv = try site.lathe("metrics", "@", "loss", "--csv")
      let values = csv.output.split(separator: "\n").map { $0.split(separator: ",").last }
      #expect(values == ["value", "1", "nan", "2"])
      let plot = try site.lathe("plot", "@", "-m", "loss")
      #expect(plot.code == 0 && plot.output.hasCurve)
    }

    @Test func `a setup script that fails rolls back with its own last words`() throws {
      let site = try Site()
      try site.write(
        """
        Resources:
          Setup:
            Type: AWS::SageMaker::NotebookInstanceLifecycleConfig
            Properties:
              OnCreate:
                - Content: !Base64 |
                    python3 -m venv .venv
                    .venv/bin/pip install --index-url http://127.0.0.1:9/simple nothing-here --retries 0
          Box:
            Type: AWS::SageMaker::NotebookInstance
            Properties:
              InstanceType: local
              RoleArn: "arn:aws:iam::1:role/x"
              LifecycleConfigName: !GetAtt Setup.NotebookInstanceLifecycleConfigName
        """,
        to: "lab.yaml"
      )
      let up = try site.lathe("up", "lab.yaml", "--name", "lab", within: 120)
      #expect(up.code == 1, "\(up)")
      let words = "No matching distribution found for nothing-here"
      #expect(up.errors.contains(words) || up.output.contains(words))
      let described = try site.lathe("describe", "lab")
      #expect(described.code == 0)
      #expect(described.output.contains("ROLLBACK_COMPLETE"))
      #expect(described.output.contains(words))
      #expect(described.output.contains("DELETE_COMPLETE"))
      // The name can be taken again.
      #expect(try site.lathe("down", "lab").code == 0)
      #expect(try site.lathe("up", "instance", "--name", "lab").code == 0)
    }

    @Test func `a full disk is said, and what was recorded is there afterwards`() throws {
      let site = try Site()
      let disk = site.folder + "/disk"
      try site.write("", to: disk + "/.placed")
      let mounted = try site.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", disk])
      guard mounted.code == 0 else {
        try Test.cancel("No small file system can be mounted here: \(mounted.errors)")
      }
      defer { _ = try? site.run(["umount", "-l", disk]) }
      site.environment["LATHE_HOME"] = disk + "/lathe"
      #expect(try site.lathe("up", "starter", "--name", "iris").code == 0)
      #expect(try site.lathe("run", "--in", "iris").code == 0)
      _ = try site.run(["dd", "if=/dev/zero", "of=\(disk)/fill", "bs=4k"])
      // Another learning rate, which has to be written down.
      let refused = try site.lathe("run", "--in", "iris", "-p", "seed=2", "--detach")
      let status = refused.code == 0 ? "accepted" : "refused"
      if refused.code != 0 {
        #expect(refused.code == 2, "\(refused)")
        #expect(refused.errors.contains("No space left on device"), "\(refused)")
      }
      #expect(try site.lathe("show", "r1").code == 0, "\(status)")
      _ = try site.run(["rm", disk + "/fill"])
      #expect(try site.lathe("run", "--in", "iris", "-p", "seed=3").code == 0)
      #expect(try StepRow.status(of: "r1", site) == "Succeeded")
      #expect(try site.lathe("doctor").output.contains("It opens and holds"))
    }
  }
}
