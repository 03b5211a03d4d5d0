package import ArgumentParser
package import Documents
import Engine
import Foundation
import Infrastructure
import Pipelines
package import Store
import Terminal

package struct ValidateCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check a template or a pipeline file.",
    discussion: """
      Which of the two it is, is told by its content. What is no file here may be a template of the \
      gallery; without one, pipeline.yaml of the current folder is checked, else that of its instance. Every finding is printed as a compiler prints it; the exit code is 2 when one of them is \
      an error.

      EXAMPLE:
        lathe validate pipeline.yaml
      """
  )

  @Argument(help: "The file, or a template of the gallery.")
  package var file: String?
  @OptionGroup var output: OutputOptions

  package init() {}

  package func run() throws {
    let session = Session(output)
    let path = try file.map(session.checked) ?? session.usualFile()
    let text = try readText(path, limit: 8 << 20)
    var result = Validation(of: text, file: path)
    if result.kind == .pipeline, !result.hasErrors {
      result.findings += session.missingScripts(in: text, of: session.absolute(path))
    }
    session.answer(result.json) { result.lines(source: text) }
    if result.hasErrors { throw ExitCode(2) }
  }
}

extension Session {
  /// The file that is meant where none is named: what 'lathe run' would take here, else a template here.
  fileprivate func usualFile() throws -> String {
    let own = ["pipeline.yaml", "template.yaml"].first { PathKind(of: absolute($0)) == .file }
    if own == "pipeline.yaml" { return "pipeline.yaml" }
    if let instance = (try? catalog.instances())?.around(folder) {
      let file = instance.folder + "/pipeline.yaml"
      if PathKind(of: file) == .file { return file }
    }
    if let own { return own }
    throw Explanation(
      what: "Which file is to be checked?",
      why: "\(folder) has no pipeline.yaml, nor has an instance around it.",
      next: "Name a template's or a pipeline's file."
    )
  }

  /// The path of a file to check as typed; what is nothing here may be a template of the gallery.
  fileprivate func checked(_ typed: String) throws -> String {
    guard PathKind(of: absolute(typed)) == .nothing else { return typed }
    if let file = try? gallery.file(of: typed) { return file }
    throw Explanation(
      what: "There is no file '\(typed)'.",
      why: "Nor has the gallery a template of that name.",
      next: nearest(typed, among: gallery.entries().map(\.name)).map { "Did you mean '\($0)'?" }
        ?? "Name a template's or a pipeline's file; 'lathe templates' lists the gallery."
    )
  }
}

extension Session {
  /// Warnings of scripts that are neither in the folder of the file nor in that of the instance around it.
  fileprivate func missingScripts(in text: String, of file: String) -> [Diagnostic] {
    let folders = scriptFolders(
      of: file,
      instance: (try? catalog.instances()).flatMap { $0.around(file) }
    )
    let missing = folders.map { ScriptCheck.warnings(of: text, folder: $0) }
    return (missing.first ?? []).filter { finding in
      missing.allSatisfy { $0.contains { $0.place == finding.place } }
    }
  }
}

/// Where the scripts of a pipeline's file may lie: in the folder of its instance, and of a file deeper in there, or
/// outside of all instances, in its own.
package func scriptFolders(of file: String, instance: InstanceRecord?) -> [String] {
  let folder = URL(filePath: file).deletingLastPathComponent()
  let isInPipelines = folder.lastPathComponent == "pipelines"
  let own = isInPipelines ? folder.deletingLastPathComponent().path : folder.path
  guard let instance else { return [own] }
  return own == instance.folder ? [own] : [own, instance.folder]
}

/// What checking a file has found.
package struct Validation: Sendable, Equatable {
  package enum Kind: String, Sendable { case template, pipeline }

  package var file: String
  package var kind: Kind
  package var findings: [Diagnostic]

  package init(of text: String, file: String) {
    self.file = file
    kind = Kind(of: text, file: file)
    let name = URL(filePath: file).deletingPathExtension().lastPathComponent
    findings =
      switch kind {
      case .template: Template.read(text).1
      case .pipeline: Pipeline.read(text, name: name).1
      }
  }

  package init(file: String, kind: Kind, findings: [Diagnostic]) {
    self.file = file
    self.kind = kind
    self.findings = findings
  }

  package var hasErrors: Bool { findings.contains { $0.severity == .error } }

  package func lines(source: String) -> [Line] {
    let errors = findings.count { $0.severity == .error }
    let warnings = findings.count - errors
    var parts: [String] = []
    if errors > 0 { parts.append("\(errors) error\(errors == 1 ? "" : "s")") }
    if warnings > 0 { parts.append("\(warnings) warning\(warnings == 1 ? "" : "s")") }
    let verdict = errors == 0 ? "is a valid \(kind.rawValue)" : "is not a valid \(kind.rawValue)"
    let count = parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
    return ErrorReport.findings(findings, file: file, source: source)
      + [Line("\(file) \(verdict)\(count).", errors == 0 ? .good : .bad)]
  }

  package var json: JSON {
    [
      "file": JSON(file), "kind": JSON(kind.rawValue), "valid": JSON(!hasErrors),
      "findings": .array(findings.map { $0.json(file: file) }),
    ]
  }
}

extension Validation.Kind {
  /// Told by the keys at the margin; a file that has none of them by its name, so that its reader explains.
  package init(of text: String, file: String) {
    let marks = [
      "Resources", "AWSTemplateFormatVersion", "\"Resources\"", "\"AWSTemplateFormatVersion\"",
    ]
    for line in text.split(separator: "\n").prefix(10_000) {
      let isJSON = text.first { !$0.isWhitespace } == "{"
      let start = isJSON ? line.drop { $0 == " " || $0 == "\t" || $0 == "{" } : line
      if marks.contains(where: { start.hasPrefix($0) }) {
        self = .template
        return
      }
      if start.hasPrefix("steps:") || start.hasPrefix("\"steps\"") {
        self = .pipeline
        return
      }
    }
    self = file.lowercased().contains("template") ? .template : .pipeline
  }
}
