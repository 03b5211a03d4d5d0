package import Documents
import Glibc
import Pipelines

/// Scripts that steps start and that are not there, as far as that is certain.
///
/// Certain is `run: [python3, train.py]`, an interpreter and a path of the instance's folder with no line
/// before it that could make the file or go elsewhere. A shell looks for a name without a folder among
/// the programs, too; a shell line may do anything.
package enum ScriptCheck {
  /// A step whose script is missing, and the path as its command has it.
  struct Finding: Equatable {
    var step: Step
    var script: String
  }

  /// The steps whose scripts `isThere` denies, in the pipeline's order.
  static func missing(_ steps: [Step], isThere: (_ path: String) -> Bool) -> [Finding] {
    steps.compactMap { step in
      guard let script = step.process?.certainScript, !isThere(CodeSnapshot.normal(script)) else {
        return nil
      }
      return Finding(step: step, script: script)
    }
  }

  /// What to warn of in a pipeline's text that is read without errors; `folder` is the instance's.
  package static func warnings(of text: String, folder: String) -> [Diagnostic] {
    guard let pipeline = Pipeline.read(text, name: "pipeline").0 else { return [] }
    return missing(pipeline.steps) { exists($0, in: folder) }.map { finding in
      Diagnostic(
        .warning,
        at: finding.step.place,
        "Step '\(finding.step.name)' starts \(finding.script.prefix(200)), which is not in \(folder).",
        hint: "Write the script, or correct 'run:'."
      )
    }
  }

  /// What usually starts a script, by its ending; nil for what is none.
  package static func program(of script: String) -> String? {
    let name = script.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: ".") else { return nil }
    return ["py": "python3", "sh": "bash", "R": "Rscript", "jl": "julia"][
      String(name[name.index(after: dot)...])
    ]
  }

  static func exists(_ path: String, in folder: String) -> Bool {
    access(folder + "/" + path, F_OK) == 0
  }
}

extension ScriptCheck.Finding {
  /// Why a launch would only fail later.
  func refusal(in folder: String, isCommand: Bool) -> Explanation {
    Explanation(
      what: isCommand
        ? "There is no script \(script)."
        : "Step '\(step.name)' starts \(script), which is not there.",
      why: "\(folder)/\(CodeSnapshot.normal(script)) does not exist.",
      next: isCommand
        ? "Write it, or name another one."
        : "Write it, or correct 'run:' of the step in line \(step.place.line) of the pipeline."
    )
  }
}

extension Pipeline {
  /// The steps that run in each run whatever comes: no branch decides whether they do.
  var certainSteps: [Step] {
    var undecided: Set<String> = []
    return steps.filter { step in
      guard step.branch == nil, !step.dependsOn.contains(where: undecided.contains) else {
        undecided.insert(step.name)
        return false
      }
      return true
    }
  }
}

extension ProcessStep {
  private static let interpreters: Set<String> = ["Rscript", "julia"]
  private static let shells: Set<String> = ["sh", "bash"]

  /// The script of the instance that the command starts for certain.
  fileprivate var certainScript: String? {
    guard before.isEmpty, case .arguments(let texts) = command, texts.count > 1,
      let program = texts[0].literal, let script = texts[1].literal,
      !script.hasPrefix("-"), !script.hasPrefix("/"), !script.hasPrefix("~"),
      ScriptCheck.program(of: script) != nil,
      !script.split(separator: "/").contains("..")
    else { return nil }
    // What other steps made lies there.
    guard !CodeSnapshot.normal(script).hasPrefix("inputs/") else { return nil }
    // A file of the instance that is called like an interpreter may go elsewhere, or into a container.
    guard !program.contains("/") || program.hasPrefix("/") || program.contains("bin/") else {
      return nil
    }
    let name = program.split(separator: "/").last.map(String.init) ?? program
    if Self.shells.contains(name) { return script.contains("/") ? script : nil }
    let isPython =
      name.hasPrefix("python") && name.dropFirst(6).allSatisfy { "0123456789.".contains($0) }
    return isPython || Self.interpreters.contains(name) ? script : nil
  }
}

extension Text {
  fileprivate var literal: String? {
    guard parts.count == 1, case .literal(let text) = parts[0] else { return nil }
    return text
  }
}
