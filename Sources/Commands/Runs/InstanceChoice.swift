import Documents
import Engine
package import Store

extension [InstanceRecord] {
  /// The instance that a command means.
  ///
  /// The named one; else the one whose folder holds the current folder, the deepest of them; else the only one.
  /// Throws an `Explanation` that lists them.
  package func meant(by name: String?, in folder: String) throws -> InstanceRecord {
    if let name {
      if let instance = first(where: { $0.name == name }) { return instance }
      throw Explanation(
        what: "There is no instance '\(name)'.",
        why: listed(map(\.name)),
        next: isEmpty
          ? Self.howToMake
          : nearest(name, among: map(\.name)).map { "Did you mean '\($0)'?" }
            ?? (count == 1 ? "Name that one." : "Name one of these.")
      )
    }
    if let around = around(folder) { return around }
    if count == 1 { return self[0] }
    if isEmpty {
      throw Explanation(what: "There is no instance yet.", next: Self.howToMake)
    }
    throw Explanation(
      what: "Which instance is meant?",
      why: listed(map(\.name)),
      next: "Name one with --in, or change into its folder."
    )
  }

  private static var howToMake: String {
    "'lathe up digits' makes one from a template; 'lathe init' adopts this folder."
  }
}

/// What there is to choose from, as a sentence such as "There is only lab".
package func listed(_ names: [String]) -> String {
  switch names.count {
  case 0: "There are none yet."
  case 1: "There is only \(names[0])."
  default: "There are \(names.joined(separator: ", "))."
  }
}

/// A pipeline's file in an instance, by what a user typed.
///
/// "pipeline.yaml" when nothing was; a path as it is; `x` is x.yaml or pipelines/x.yaml, the first that
/// `exists` as a file.
package func pipelineFile(
  named text: String?,
  in instance: InstanceRecord,
  from folder: String,
  exists: (String) -> Bool,
  isFolder: (String) -> Bool = { _ in false }
) throws -> String {
  let named = text ?? "pipeline.yaml"
  if named.hasPrefix("/") || named.hasPrefix("./") || named.hasPrefix("../") {
    let path = named.hasPrefix("/") ? named : folder + "/" + named
    let whole = standardized(path)
    let root = instance.folder.hasSuffix("/") ? instance.folder : instance.folder + "/"
    guard whole.hasPrefix(root) else {
      throw Explanation(
        what: "\(named) is outside of the instance '\(instance.name)'.",
        why: "A run takes its code from \(instance.folder).",
        next: "Name a pipeline file in it, or the other instance with --in."
      )
    }
    guard exists(whole) else {
      throw isFolder(whole) ? folderRefusal(named, at: whole) : missing(named, instance)
    }
    try refuseScript(whole)
    return String(whole.dropFirst(root.count))
  }
  let candidates = [
    named, named + ".yaml", named + ".yml", "pipelines/\(named)", "pipelines/\(named).yaml",
  ]
  for candidate in candidates where exists(instance.folder + "/" + candidate) {
    try refuseScript(candidate)
    return candidate
  }
  let plain = instance.folder + "/" + named
  throw isFolder(plain) ? folderRefusal(named, at: plain) : missing(named, instance)
}

/// The likeliest first mistake is told as what it is, and not as YAML that is not well-formed.
private func refuseScript(_ path: String) throws(Explanation) {
  guard let program = ScriptCheck.program(of: path) else { return }
  let name = path.split(separator: "/").last.map(String.init) ?? path
  throw Explanation(
    what: "\(name) is a script and no pipeline.",
    why: "A pipeline is a file in YAML that names steps.",
    next: "To run the script alone: lathe run -- \(program) \(shellWord(path))"
  )
}

private func folderRefusal(_ named: String, at path: String) -> Explanation {
  Explanation(
    what: "'\(named)' is a folder and no pipeline.",
    why: "A pipeline is one file; \(path) is none.",
    next: "Name a file in it, such as '\(named)/pipeline.yaml'."
  )
}

private func missing(_ named: String, _ instance: InstanceRecord) -> Explanation {
  Explanation(
    what: "There is no pipeline '\(named)' in the instance '\(instance.name)'.",
    why: "Looked in \(instance.folder).",
    next: "Name its file, or run one command: 'lathe run -- python3 train.py'."
  )
}

/// A path without "." and ".." parts; links are not followed.
private func standardized(_ path: String) -> String {
  var parts: [Substring] = []
  for part in path.split(separator: "/") where part != "." {
    if part == ".." { _ = parts.popLast() } else { parts.append(part) }
  }
  return "/" + parts.joined(separator: "/")
}
