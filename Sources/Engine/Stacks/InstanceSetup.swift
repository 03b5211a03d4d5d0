import Documents
import Foundation
import Glibc
import Store

/// Fills an instance's folder: its code, then its scripts, each line of theirs an event.
struct InstanceSetup {
  let instance: String
  let folder: String
  let resource: ResourceRecord
  let site: ProvisioningSite

  /// Events of one script; what it prints beyond is counted only.
  private static let mostLines = 10_000
  /// Seconds that a clone may take.
  private static let cloneLimit = 1800.0

  /// Copies or clones the default repository into the folder, the others into folders of its own.
  func takeCode() throws {
    if let code = try source("lathe:code") { try take(code, into: folder) }
    for key in ["lathe:code1", "lathe:code2", "lathe:code3"] {
      guard let code = try source(key) else { continue }
      let target = try site.place(code.folderName, in: folder)
      guard mkdir(target, 0o700) == 0 else { throw SystemFailure("make \(target)", errno) }
      try take(code, into: target)
    }
  }

  /// Runs a script in the instance's folder, when the lifecycle config has one.
  func run(_ hook: LifecycleScript.Hook) throws {
    guard let text = try lifecycleConfig()?.attributes["lathe:\(hook.rawValue)"] else { return }
    let file = try site.place(".\(instance).\(hook.rawValue)", in: site.home.instances)
    unlink(file)
    try write(text, to: file)
    defer { unlink(file) }
    var told = Told(file: file, hook: hook)
    let exit = try ChildProcess.runInBatches(
      Self.interpreter(of: text, file: file),
      environment: environment,
      folder: folder,
      timeout: site.scriptLimit
    ) { lines in try tell(told.take(lines, most: Self.mostLines)) }
    if told.dropped > 0 { try tell(["... and \(told.dropped) more lines"]) }
    guard !exit.isSuccess else { return }
    throw told.failure(exit, limit: site.scriptLimit)
  }

  private var environment: [String: String] {
    ScriptEnvironment.variables(
      from: site.environment,
      instance: instance,
      stack: site.stackID
    )
  }

  private func tell(_ lines: [String]) throws {
    guard !lines.isEmpty else { return }
    try site.tell(lines, of: resource.logicalID, type: resource.type, stack: resource.stack)
  }

  /// The repository behind an attribute: a resource's name, or a URL or path itself.
  private func source(_ key: String) throws -> CodeSource? {
    guard let name = resource.attributes[key], !name.isEmpty else { return nil }
    let known = try site.catalog.write { try $0.resources(ofType: CodeRepository.type) }
    let named = known.last { repository in
      repository.status == .createComplete
        && (repository.attributes["CodeRepositoryName"] == name || repository.physicalID == name)
    }
    let folder = resource.attributes["lathe:folder"] ?? "/"
    guard let named else {
      guard name.contains("/") || name == "." else {
        throw Explanation(
          what: "There is no code repository '\(name)'.",
          next: "Declare it as AWS::SageMaker::CodeRepository, or give its URL."
        )
      }
      return try CodeSource(name, branch: "", templateFolder: folder)
    }
    return try CodeSource(
      named.attributes["lathe:url"] ?? "",
      branch: named.attributes["lathe:branch"] ?? "",
      templateFolder: named.attributes["lathe:folder"] ?? folder
    )
  }

  private func take(_ code: CodeSource, into target: String) throws {
    switch code {
    case .folder(let source):
      let copy = try FolderCopy(source, into: target)
      try tell(copy.skipped.prefix(100).map { "left out \($0)" })
    case .git(let url, let branch):
      var command = ["git", "clone", "--no-hardlinks"]
      if !branch.isEmpty { command += ["--branch", branch] }
      let (exit, output) = try ChildProcess.collect(
        command + ["--", url, target],
        environment: ScriptEnvironment.forGit(environment),
        folder: folder,
        timeout: Self.cloneLimit
      )
      let lines = output.split(whereSeparator: \.isNewline).map(String.init)
      try tell(Array(lines.prefix(100)))
      guard exit.isSuccess else {
        throw Explanation(
          what: "git could not clone \(url).",
          why: lines.suffix(5).joined(separator: "\n"),
          next:
            "Check the address and the branch; a private one needs a key or a credential helper."
        )
      }
    }
  }

  private func lifecycleConfig() throws -> ResourceRecord? {
    guard let name = resource.attributes["lathe:lifecycle"], !name.isEmpty else { return nil }
    let known = try site.catalog.write { try $0.resources(ofType: LifecycleConfig.type) }
    let found = known.last { config in
      config.status == .createComplete
        && (config.attributes["NotebookInstanceLifecycleConfigName"] == name
          || config.physicalID == name)
    }
    guard let found else {
      throw Explanation(
        what: "There is no lifecycle config '\(name)'.",
        next: "Declare it as AWS::SageMaker::NotebookInstanceLifecycleConfig."
      )
    }
    return found
  }

  private func write(_ text: String, to file: String) throws {
    let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o700)
    guard descriptor >= 0 else { throw SystemFailure("write \(file)", errno) }
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw SystemFailure("write \(file)", errno) }
      rest = rest.dropFirst(count)
    }
  }

  /// bash, unless the first line names another language.
  private static func interpreter(of text: String, file: String) -> [String] {
    let first = text.prefix { !$0.isNewline }
    let isShell = !first.hasPrefix("#!") || first.hasSuffix("sh") || first.contains("sh ")
    return isShell ? ["bash", file] : [file]
  }
}

/// What a script has told so far.
private struct Told {
  let file: String
  let hook: LifecycleScript.Hook
  private(set) var count = 0
  private(set) var dropped = 0
  private var last: [String] = []
  private var line: Int?

  init(file: String, hook: LifecycleScript.Hook) {
    self.file = file
    self.hook = hook
  }

  /// The lines that become events; the script's path in them reads as its name.
  mutating func take(_ lines: [String], most: Int) -> [String] {
    var kept: [String] = []
    for raw in lines {
      let text = raw.contains(file) ? raw.replacing(file, with: hook.rawValue) : raw
      if let number = Self.number(in: text, after: "\(hook.rawValue): line ") { line = number }
      last.append(String(text.prefix(2000)))
      if last.count > 20 { last.removeFirst() }
      count += 1
      if count <= most { kept.append(text) } else { dropped += 1 }
    }
    return kept
  }

  func failure(_ exit: ChildExit, limit: Double) -> Explanation {
    let place = line.map { " at line \($0)" } ?? ""
    let what: String
    switch exit {
    case .code(let code): what = "The \(hook.words) failed\(place) with exit code \(code)."
    case .signal(let signal): what = "The \(hook.words) was killed by signal \(signal)\(place)."
    case .timedOut:
      let time = limit >= 120 ? "\(Int(limit / 60)) minutes" : "\(limit) seconds"
      what = "The \(hook.words) took longer than \(time) and was ended."
    }
    return Explanation(
      what: what,
      why: last.isEmpty
        ? "It printed nothing." : "Its last lines:\n" + last.joined(separator: "\n"),
      next: "Correct the script in the template and bring the stack up again."
    )
  }

  private static func number(in text: String, after prefix: String) -> Int? {
    guard text.hasPrefix(prefix) else { return nil }
    return Int(text.dropFirst(prefix.count).prefix { $0.isNumber })
  }
}
