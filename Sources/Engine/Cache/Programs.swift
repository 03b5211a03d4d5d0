import Foundation
import Pipelines
import Store

/// What runs a step, as parts of its key: the programs' own bytes, and the packages of its Python.
///
/// A class, because it remembers what it has looked at: a file is read again when its facts change.
final class Programs {
  private var contents: [FileStamp: Digest] = [:]
  /// The Python that a script names in its first line; nil for what is none.
  private var interpreters: [FileStamp: String?] = [:]
  private var locks: [String: (facts: [FileStamp?], digest: Digest)] = [:]
  private let objects: ObjectStore
  /// What was found since `remember`, by what it depends on beside the disk; nil: nothing is remembered.
  private var found: [[String]: [String: Digest]]?

  /// What is installed is kept in the store, so that it can be said later what was.
  init(objects: ObjectStore) { self.objects = objects }

  /// Looks at each program once until `forget`: thousands of steps that are decided together name few.
  func remember() { found = [:] }
  func forget() { found = nil }

  /// The parts of a key that say what runs a step, by their names.
  ///
  /// `path` is the PATH that the step gets, `folder` the instance's.
  func parts(of process: ProcessStep, path: String, folder: String) -> [String: Digest] {
    guard found != nil else { return look(process, path: path, folder: folder) }
    let names = [folder, path, process.python ?? ""] + process.command.programs
    if let known = found?[names] { return known }
    let parts = look(process, path: path, folder: folder)
    found?[names] = parts
    return parts
  }

  private func look(_ process: ProcessStep, path: String, folder: String) -> [String: Digest] {
    var parts: [String: Digest] = [:]
    if let python = process.python {
      let environment = PythonEnvironment(python, in: folder)
      parts["packages of \(python)"] = environment.map(lock) ?? Digest(of: "missing")
      if let environment, let content = content(of: environment.bin + "/python") {
        parts["program python"] = content
      }
    }
    for name in process.command.programs {
      guard let program = ChildProcess.executable(name, environment: ["PATH": path], folder: folder)
      else { continue }
      // A script of the instance is code and counts as such.
      guard !program.hasPrefix(folder + "/") else { continue }
      let base = String(name.split(separator: "/").last ?? "")
      let isPython = base.hasPrefix("python")
      if isPython, process.python != nil { continue }
      if let content = content(of: program) { parts["program \(base)"] = content }
      let interpreter = isPython ? program : interpreter(of: program, path: path, folder: folder)
      if let interpreter, let environment = PythonEnvironment(interpreter, in: "") {
        parts["packages of \(base)"] = lock(environment)
      }
    }
    return parts
  }

  /// The Python that runs a program which is a script in it, such as what a package brought along.
  private func interpreter(of program: String, path: String, folder: String) -> String? {
    pythonNamed(by: program).flatMap {
      ChildProcess.executable($0, environment: ["PATH": path], folder: folder)
    }
  }

  private func pythonNamed(by program: String) -> String? {
    guard let stamp = FileStamp(following: program) else { return nil }
    if let known = interpreters[stamp] { return known }
    let time = FileStamp.now
    let name: String?
    // What could not be read is asked for again.
    do { name = try pythonNamed(in: program) } catch { return nil }
    if !stamp.isRacy(at: time) { interpreters[stamp] = .some(name) }
    return name
  }

  private func pythonNamed(in program: String) throws -> String? {
    let file = try FileHandle(forReadingFrom: URL(filePath: program))
    defer { try? file.close() }
    guard let head = try file.read(upToCount: 256), head.starts(with: Data("#!".utf8)) else {
      return nil
    }
    let line = String(decoding: head.dropFirst(2), as: UTF8.self).prefix { !$0.isNewline }
    let words = line.split(separator: " ").filter { !$0.hasSuffix("/env") && !$0.hasPrefix("-") }
    guard let name = words.first.map(String.init),
      (name.split(separator: "/").last ?? "").hasPrefix("python")
    else { return nil }
    return name
  }

  /// What stands for a program: its bytes, and its stamp where those are too many or may not be read.
  private func content(of path: String) -> Digest? {
    guard let stamp = FileStamp(following: path) else { return nil }
    if let known = contents[stamp] { return known }
    let time = FileStamp.now
    guard stamp.size <= 256 << 20, let data = FileManager.default.contents(atPath: path) else {
      return Digest(of: "\(stamp)")
    }
    let digest = Digest(of: data)
    if !stamp.isRacy(at: time) { contents[stamp] = digest }
    return digest
  }

  private func lock(_ environment: PythonEnvironment) -> Digest {
    let facts = environment.places.map { FileStamp(following: $0) }
    if let known = locks[environment.prefix], known.facts == facts { return known.digest }
    let time = FileStamp.now
    let text = environment.lock
    let digest = (try? objects.put(Data(text.utf8))) ?? Digest(of: text)
    let isRacy = facts.contains { $0?.isRacy(at: time) ?? false }
    if !isRacy { locks[environment.prefix] = (facts, digest) }
    return digest
  }
}

extension ProcessStep.Command {
  /// The programs that it names: its first word, or the first of each command of a shell line.
  var programs: [String] {
    switch self {
    case .arguments(let texts):
      guard case .literal(let name)? = texts.first?.parts.first, texts[0].parts.count == 1 else {
        return []
      }
      return [name]
    case .shell(let text):
      // What a reference stands for is a value: it never becomes part of the line.
      let line = text.parts.map { part in
        if case .literal(let literal) = part { literal } else { "''" }
      }.joined()
      let commands = line.split { "\n;&|()".contains($0) }
      return commands.compactMap { command in
        command.split { " \t'\"".contains($0) }.first { !$0.contains("=") }.map(String.init)
      }
    }
  }
}
