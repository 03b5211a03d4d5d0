import Glibc

/// The files of the Python module's processes: one each, in the attempt's `sdk` folder.
struct SDKFolder {
  let path: String
  private var files: [String: SDKFile] = [:]
  /// Files that may have grown.
  private var changed: Set<String> = []
  /// Whether there may be files that nobody told of.
  private var isUnknown = true
  private let punchSize: Int
  /// Bytes that all files together may still define.
  private var definitions: Int
  private var buffer: [UInt8] = []

  /// Fewer than the sources whose progress a series keeps.
  static let mostFiles = 3000
  static let ending = ".lathe"

  /// `punchSize` consumed bytes of a file are given back to the file system together.
  init(path: String, punchSize: Int, definitions: Int) {
    self.path = path
    self.definitions = definitions
    self.punchSize = punchSize
  }

  /// Takes note that a file has grown or come; nil when anything may have happened.
  mutating func notice(_ name: String?) {
    if let name {
      if name.hasSuffix(SDKFolder.ending) { changed.insert(name) }
    } else {
      isUnknown = true
    }
  }

  /// Takes what was appended, about `budget` bytes of it at most; returns whether there is more.
  mutating func drain(into sink: inout MetricSink, budget: inout Int) throws -> Bool {
    if isUnknown {
      isUnknown = false
      changed.formUnion(folderNames(path).filter { $0.hasSuffix(SDKFolder.ending) })
    }
    guard !changed.isEmpty else { return false }
    if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: SDKDecoder.longestRecord) }
    for name in changed.sorted() {
      guard budget > 0 else { return true }
      if files[name] == nil, files.count >= SDKFolder.mostFiles {
        sink.warn("sdk", "Metrics of more than \(SDKFolder.mostFiles) processes are not taken.")
        changed.remove(name)
        continue
      }
      var file =
        files.removeValue(forKey: name) ?? SDKFile(folder: path, name: name, punchSize: punchSize)
      defer { files[name] = file }
      let hasMore = try file.drain(
        into: &sink,
        budget: &budget,
        definitions: &definitions,
        &buffer
      )
      if file.isBeyondAll {
        sink.warn(
          "definitions",
          "Files of the Python module define more names than are kept of all together; what follows in these is not read."
        )
      } else if let trouble = file.trouble {
        sink.warn("sdk/" + name, "The metrics file sdk/\(name) \(trouble); the rest is not read.")
      }
      if !hasMore { changed.remove(name) }
    }
    return !changed.isEmpty
  }

  /// Bytes of the files that were not taken.
  var unread: Int {
    changed.reduce(0) { sum, name in
      let file = files[name] ?? SDKFile(folder: path, name: name, punchSize: punchSize)
      return sum + file.unread
    }
  }

  /// Removes what has been taken in; the series must be safe on disk.
  func remove() {
    for file in files.values { file.remove() }
    rmdir(path)
  }
}
