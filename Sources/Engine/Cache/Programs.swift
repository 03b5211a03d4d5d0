import CSystem
import Foundation
import Glibc
import Pipelines
import Store

/// What runs a step, as parts of its key: the program's own bytes, and the packages of its Python.
///
/// A class, because it remembers what it has looked at: a file is read again when its facts change.
final class Programs {
  private struct Facts: Hashable {
    let device: UInt64
    let inode: UInt64
    let size: Int
    let modified: Int
    let changed: Int

    init?(_ path: String) {
      var facts = stat()
      guard stat(path, &facts) == 0 else { return nil }
      device = UInt64(facts.st_dev)
      inode = UInt64(facts.st_ino)
      size = Int(facts.st_size)
      modified = facts.st_mtim.tv_sec * 1_000_000_000 + facts.st_mtim.tv_nsec
      changed = facts.st_ctim.tv_sec * 1_000_000_000 + facts.st_ctim.tv_nsec
    }
  }

  private var contents: [Facts: Digest] = [:]
  private var locks: [String: (facts: [Facts?], digest: Digest)] = [:]

  /// The parts of a key that say what runs a step, by their names.
  ///
  /// `path` is the PATH that the step gets, `folder` the instance's.
  func parts(of process: ProcessStep, path: String, folder: String) -> [String: Digest] {
    var parts: [String: Digest] = [:]
    if let python = process.python {
      let environment = PythonEnvironment(python, in: folder)
      parts["packages of \(python)"] = environment.map(lock) ?? Digest(of: "missing")
      if let environment, let content = content(of: environment.bin + "/python") {
        parts["program python"] = content
      }
    }
    guard case .arguments(let words) = process.command,
      case .literal(let name)? = words.first?.parts.first, words[0].parts.count == 1,
      let program = ChildProcess.executable(name, environment: ["PATH": path], folder: folder)
    else { return parts }
    // A script of the instance is code and counts as such.
    guard !program.hasPrefix(folder + "/") else { return parts }
    let base = String(name.split(separator: "/").last ?? "")
    let isPython = base.hasPrefix("python")
    if isPython, process.python != nil { return parts }
    if let content = content(of: program) { parts["program \(base)"] = content }
    if isPython, let environment = PythonEnvironment(program, in: "") {
      parts["packages of \(base)"] = lock(environment)
    }
    return parts
  }

  private func content(of path: String) -> Digest? {
    guard let facts = Facts(path) else { return nil }
    if let known = contents[facts] { return known }
    guard facts.size <= 256 << 20, let data = FileManager.default.contents(atPath: path) else {
      return nil
    }
    let digest = Digest(of: data)
    contents[facts] = digest
    return digest
  }

  private func lock(_ environment: PythonEnvironment) -> Digest {
    let facts = environment.places.map { Facts($0) }
    if let known = locks[environment.prefix], known.facts == facts { return known.digest }
    let digest = Digest(of: environment.lock)
    locks[environment.prefix] = (facts, digest)
    return digest
  }
}
