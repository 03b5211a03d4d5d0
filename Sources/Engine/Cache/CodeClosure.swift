import Foundation
import Pipelines
import Store

/// Which of a run's code files one step sees: no more reaches its work folder, so no more can count.
///
/// Declared `code` is taken as it is. Else, for a Python script: the script, what it imports from the
/// instance (transitively, found by reading the import lines), and the files beside it that are not
/// Python. For another script: its whole folder. For a command that names no file: everything.
struct CodeClosure {
  let code: Manifest
  /// What a Python file imports, by the digest of its text.
  let imports: (Digest) -> [PythonImports.Module]

  func manifest(for process: ProcessStep) -> Manifest {
    if let declared = process.code {
      return Manifest(
        code.entries.filter { entry in
          declared.contains { isIn(entry.key, folder: $0) }
        }
      )
    }
    let scripts = CodeClosure.words(of: process).map(normal).filter { code.entries[$0] != nil }
    guard !scripts.isEmpty else { return code }
    var seen: Set<String> = []
    for script in scripts {
      let folder = parent(of: script)
      guard script.hasSuffix(".py") else {
        if folder.isEmpty {
          // What a script at the top may call is everything; a file that is only named is itself.
          if isProgram(script) { return code }
          seen.insert(script)
        } else {
          seen.formUnion(code.entries.keys.filter { isIn($0, folder: folder) })
        }
        continue
      }
      collect(script, root: folder, into: &seen)
      // `python -m a.b` runs the packages' own files first.
      for package in packages(above: script) { collect(package, root: folder, into: &seen) }
      // Beside a script at the top of a repository lies all of it: only plain neighbours count there.
      seen.formUnion(
        code.entries.keys.filter { path in
          !path.hasSuffix(".py")
            && (folder.isEmpty ? !path.contains("/") : isIn(path, folder: folder))
        }
      )
    }
    return Manifest(code.entries.filter { seen.contains($0.key) })
  }

  /// The words of a command that may name files.
  static func words(of process: ProcessStep) -> [String] {
    switch process.command {
    case .arguments(let texts):
      texts.compactMap { text in
        if case .literal(let word)? = text.parts.first, text.parts.count == 1 { word } else { nil }
      } + moduleWords(texts)
    case .shell(let text):
      text.parts.flatMap { part -> [String] in
        guard case .literal(let literal) = part else { return [] }
        return literal.split { " \t\n;&|<>()'\"".contains($0) }.map(String.init)
      }
    }
  }

  /// `python -m package.module` names a file, too.
  private static func moduleWords(_ texts: [Text]) -> [String] {
    let words = texts.map { text -> String in
      if case .literal(let word)? = text.parts.first, text.parts.count == 1 { word } else { "" }
    }
    guard let flag = words.firstIndex(of: "-m"), flag + 1 < words.count else { return [] }
    let path = words[flag + 1].replacing(".", with: "/")
    return [path + ".py", path + "/__main__.py"]
  }

  private func isProgram(_ path: String) -> Bool {
    code.entries[path]?.kind == .executable
      || [".sh", ".bash", ".zsh"].contains { path.hasSuffix($0) }
  }

  private func packages(above script: String) -> [String] {
    var packages: [String] = []
    var folder = parent(of: script)
    while !folder.isEmpty, code.entries[folder + "/__init__.py"] != nil {
      packages.append(folder + "/__init__.py")
      folder = parent(of: folder)
    }
    return packages
  }

  private func normal(_ path: String) -> String {
    CodeSnapshot.normal(path)
  }

  private func parent(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }

  private func isIn(_ path: String, folder: String) -> Bool {
    let folder = normal(folder)
    return folder.isEmpty || path == folder || path.hasPrefix(folder + "/")
  }

  private func collect(_ script: String, root: String, into seen: inout Set<String>) {
    guard let entry = code.entries[script], seen.insert(script).inserted, let digest = entry.digest
    else { return }
    for module in imports(digest) {
      for file in files(of: module, from: script, root: root) {
        collect(file, root: root, into: &seen)
      }
    }
  }

  /// The files that importing a module reads: its packages' `__init__` and the module itself, looked
  /// for in the script's folder, at the top of the instance and in its `src`.
  private func files(of module: PythonImports.Module, from script: String, root: String) -> [String]
  {
    var bases = [root, "", "src"]
    if module.level > 0 {
      var base = parent(of: script)
      for _ in 1..<module.level { base = parent(of: base) }
      bases = [base]
    }
    for base in bases {
      var path = base
      var found: [String] = []
      for name in module.path {
        path = path.isEmpty ? name : path + "/" + name
        if code.entries[path + ".py"] != nil { found.append(path + ".py") }
        if code.entries[path + "/__init__.py"] != nil { found.append(path + "/__init__.py") }
      }
      for name in module.names {
        let file = path.isEmpty ? name + ".py" : path + "/" + name + ".py"
        if code.entries[file] != nil { found.append(file) }
      }
      if !found.isEmpty { return found }
    }
    return []
  }
}

/// The imports of a Python file, found by reading its lines.
enum PythonImports {
  struct Module: Equatable {
    /// Leading dots of a relative import.
    var level: Int
    var path: [String]
    /// For `from a import b`: names that may be modules themselves.
    var names: [String]
  }

  static func modules(in source: String) -> [Module] {
    statements(of: source).flatMap { line -> [Module] in
      let words = line.drop { $0 == " " || $0 == "\t" }
      if words.hasPrefix("import ") {
        return words.dropFirst(7).split(separator: ",").compactMap { part in
          part.split(separator: " ").first.map {
            Module(level: 0, path: $0.split(separator: ".").map(String.init), names: [])
          }
        }
      }
      guard words.hasPrefix("from "), let keyword = words.range(of: " import ") else { return [] }
      let name = words[words.index(words.startIndex, offsetBy: 5)..<keyword.lowerBound]
      let level = name.prefix { $0 == "." }.count
      let names = words[keyword.upperBound...].split { ",() ".contains($0) }.map(String.init)
      return [
        Module(
          level: level,
          path: name.dropFirst(level).split(separator: ".").map(String.init),
          names: names
        )
      ]
    }
  }

  /// The lines that may hold an import, those that go on in brackets or behind a backslash joined.
  private static func statements(of source: String) -> [String] {
    var statements: [String] = []
    var open: String?
    for line in source.split(whereSeparator: { $0.isNewline || $0 == ";" }) {
      let code = line.prefix { $0 != "#" }
      let words = code.drop { $0 == " " || $0 == "\t" }
      guard open != nil || words.hasPrefix("import ") || words.hasPrefix("from ") else { continue }
      var statement = (open ?? "") + " " + words
      open = nil
      if statement.hasSuffix("\\") {
        statement.removeLast()
        open = statement
      } else if statement.contains("("), !statement.contains(")") {
        open = statement
      } else {
        statements.append(statement)
      }
    }
    return statements + (open.map { [$0] } ?? [])
  }
}
