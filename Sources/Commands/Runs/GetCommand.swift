package import ArgumentParser
package import Documents
import Engine
import Foundation
import Pipelines
package import Store
import Terminal

package struct GetCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Copy an output of a run out of the object store.",
    discussion: """
      A step's outputs and the artifacts that it logged are kept by their content; its work folder is \
      not, once they are. Without OUTPUT the only one of the step is meant. DEST is a path that does \
      not exist yet, a folder to copy into, or - for standard output; by default the output's own \
      name, here. In an instance's folder DEST is needed: what lies there is the code of the next run.

      EXAMPLE: the model that the last run trained
        lathe get @ train model model.npz
      """
  )

  @Argument(help: ArgumentHelp("The run.", valueName: "run"))
  package var reference: String
  @Argument(help: "The step.")
  package var step: String
  @Argument(help: "The output's name.")
  package var name: String?
  @Argument(help: ArgumentHelp("Where it goes.", valueName: "dest"))
  package var destination: String?
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    if destination == "-" { try Self.refuseTerminal(session.output) }
    let run = try session.catalog.run(named: reference)
    let steps = try session.catalog.steps(of: run.id)
    let found = try KeptOutput(named: name, of: step, in: steps, of: run)
    // What is damaged is the agent's to move.
    let store = ObjectStore(home: session.home, setsAside: false)
    if destination == "-" {
      return try session.tellingDamage { try session.write(found, from: store) }
    }
    if destination == nil {
      try Self.refuseInstance(
        try session.catalog.instances().around(session.folder),
        found.words(of: run)
      )
    }
    let target = try session.destination(destination, for: found, in: session.home)
    try session.tellingDamage { try store.copyOut(found.artifact, to: target) }
    session.answer([
      "run": JSON(run.shortName), "step": JSON(found.step.name), "output": JSON(found.name),
      "artifact": found.artifact.json, "path": JSON(target),
    ]) {
      [
        Line(
          "\(run.shortName) \(SafeText(hostile: found.step.name)) \(SafeText(hostile: found.name))",
          .bold
        )
          + Line(": \(bytesText(found.artifact.size)) in \(SafeText(hostile: target))")
      ]
    }
  }

  /// A copy that nobody gave a place would be code of the instance's next run, whose steps see all of it.
  package static func refuseInstance(
    _ instance: InstanceRecord?,
    _ words: String
  ) throws(Explanation) {
    guard let instance else { return }
    throw Explanation(
      what: "This folder is of the instance '\(instance.name)'.",
      why:
        "What lies in it is code of its next runs: an output that is put here would change them.",
      next: "Say where the output goes: lathe get \(words) ~/ (or . for here)"
    )
  }

  /// Foreign bytes would move a terminal's cursor, or worse.
  package static func refuseTerminal(_ output: Output) throws(Explanation) {
    guard output.isTerminal else { return }
    throw Explanation(
      what: "An output is not written to a terminal.",
      why: "Its bytes are as the step made them, and the terminal would obey them.",
      next: "Redirect it (> FILE, or | less), or name a file instead of -."
    )
  }
}

/// An output or a logged artifact of a step, as the command line names it.
package struct KeptOutput: Sendable, Equatable {
  package let step: StepRecord
  package let name: String
  package let artifact: Artifact

  /// Throws an `Explanation` that names what there is.
  package init(
    named name: String?,
    of step: String,
    in steps: [StepRecord],
    of run: RunRecord
  ) throws {
    guard let record = steps.first(where: { $0.name == step }) else {
      let near = nearest(step, among: steps.map(\.name)).map { "Did you mean '\($0)'?" } ?? ""
      throw Explanation(
        what: "\(run.shortName) has no step '\(step)'.",
        why: "Its steps are \(steps.map(\.name).prefix(12).joined(separator: ", ")).",
        next: near.isEmpty ? "'lathe show \(run.shortName)' shows them." : near
      )
    }
    let kept = record.facts.artifacts.merging(record.outputs) { _, output in output }
    let names = kept.keys.sorted()
    let there =
      switch names.count {
      case 0:
        record.type == .processing || record.type == .training
          ? record.status == .succeeded || record.status == .cached
            ? "The step declares no outputs, and logged no artifacts."
            : "The step is \(record.status.rawValue)."
          : "A \(record.type.rawValue) step makes none."
      case 1: "Its only output is \(names[0])."
      default: "There are \(names.prefix(12).joined(separator: ", "))."
      }
    guard let chosen = name ?? (names.count == 1 ? names[0] : nil) else {
      throw Explanation(
        what: names.isEmpty
          ? "\(run.shortName) \(step) has no output." : "Which output of \(run.shortName) \(step)?",
        why: there,
        next: names.isEmpty
          ? "'lathe show \(run.shortName)' shows what the run made."
          : "lathe get \(run.shortName) \(shellWord(step)) \(shellWord(names[0])) ~/"
      )
    }
    guard let artifact = kept[chosen] else {
      throw Explanation(
        what: "\(run.shortName) \(step) has no output '\(chosen)'.",
        why: there,
        next: nearest(chosen, among: names).map { "Did you mean '\($0)'?" }
          ?? "'lathe show \(run.shortName)' shows what the run made."
      )
    }
    self.step = record
    self.name = chosen
    self.artifact = artifact
  }
}

extension Session {
  /// The absolute path that an output is copied to; throws where something is there already.
  fileprivate func destination(
    _ typed: String?,
    for output: KeptOutput,
    in home: Home
  ) throws -> String {
    var path = absolute(typed ?? output.fileName(in: home))
    var facts = stat()
    if typed != nil, stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR {
      path += "/" + output.fileName(in: home)
    }
    guard lstat(path, &facts) != 0 else {
      throw Explanation(
        what: "\(path) exists already.",
        why: "Nothing of yours is overwritten.",
        next: "Name another place, or remove it first."
      )
    }
    return path
  }

  fileprivate func write(_ output: KeptOutput, from store: ObjectStore) throws {
    guard output.artifact.kind == .file else {
      throw Explanation(
        what: "The output '\(output.name)' is a folder.",
        why: "Only a file can be written to standard output.",
        next: "Name a place for it instead of -."
      )
    }
    // Damaged bytes must not leave: they are looked at before the first one is written.
    guard store.standing(of: output.artifact) == .whole else {
      throw store.damaged(output.artifact.digest)
    }
    guard let file = FileHandle(forReadingAtPath: store.path(of: output.artifact.digest)) else {
      throw store.damaged(output.artifact.digest)
    }
    while let part = try file.read(upToCount: 1 << 20), !part.isEmpty {
      try self.output.writeAll(Array(part))
    }
  }

  /// Has the agent move aside what is found damaged, where the home is this host's.
  fileprivate func tellingDamage(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch var fault as DamagedObject {
      if fault.state == .damaged, !fault.isAside, HomeSite().otherOwner(of: home) == nil {
        fault.isAside = (try? agent.send(.setAside([fault.digest]))) != nil
      }
      throw fault
    }
  }
}

extension KeptOutput {
  /// How `lathe get` names it: "r12 train model".
  fileprivate func words(of run: RunRecord) -> String {
    [run.shortName, step.name, name].map(shellWord).joined(separator: " ")
  }

  /// What the step called it, as far as its attempt's folder tells, else its name.
  fileprivate func fileName(in home: Home) -> String {
    let folder = home.attempt(run: step.logRun, step: step.name, attempt: step.logAttempt)
    let declared = (try? AttemptSpec.read(folder))?.outputs[name]
    let last = URL(filePath: declared ?? name).lastPathComponent
    return last.isEmpty || last == "/" || last == "." || last == ".." ? "output" : last
  }
}

extension ObjectStore {
  /// Copies an artifact out: it comes to be under its name whole, or not at all.
  fileprivate func copyOut(_ artifact: Artifact, to path: String) throws {
    let folder = URL(filePath: path).deletingLastPathComponent().path
    var facts = stat()
    guard stat(folder, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
      throw Explanation(
        what: "There is no folder \(folder).",
        next: "Make it, or name another place."
      )
    }
    let temporary = "\(folder)/.lathe-get-\(getpid())"
    do {
      try materialise(artifact, at: temporary)
      guard rename(temporary, path) == 0 else { throw SystemFailure("write \(path)", errno) }
    } catch {
      try? removeTree(temporary)
      throw error
    }
  }
}
