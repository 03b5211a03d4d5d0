package import Store

/// The packages of a Python environment with their versions, as its lock tells them.
package struct InstalledPackages: Sendable, Equatable {
  /// By name; the interpreter's own version is that of "python".
  package let versions: [String: String]

  /// Reads `PythonEnvironment.lock`: a line a distribution, in the names that installers give.
  package init(lock: String) {
    var versions: [String: String] = [:]
    for line in lock.split(separator: "\n") {
      if line.hasPrefix("version") {
        let value = line.split(separator: "=", maxSplits: 1).last ?? ""
        versions["python"] = value.split(separator: " ").joined()
        continue
      }
      let stem = line.lastIndex(of: ".").map { line[..<$0] } ?? line
      let ending = line[stem.endIndex...]
      guard ending == ".dist-info" || ending == ".egg-info" else {
        // A link to a folder, or lines that extend the search for modules.
        versions[String(line)] = "present"
        continue
      }
      let parts = stem.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
      // Of two versions of one name, which a broken environment has, both count.
      let name = String(parts[0])
      let version = parts.count > 1 ? String(parts[1]) : "?"
      versions[name] = versions[name].map { "\($0), \(version)" } ?? version
    }
    self.versions = versions
  }

  /// What was installed, as the store has kept it; nil where it has not.
  package init?(of digest: Digest, in objects: ObjectStore) {
    guard let data = objects.data(digest, limit: 4 << 20) else { return nil }
    self.init(lock: String(decoding: data, as: UTF8.self))
  }
}
