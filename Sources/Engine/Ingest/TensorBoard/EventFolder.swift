import Foundation
import Glibc

/// Follows the TensorBoard event files below a step's work folder.
///
/// What `takeFresh` gives is to be watched: when something comes into a folder, `discover(_:in:)` looks at
/// that alone; when a file grows, `refresh` reads on. Both cost nothing that is not new.
struct EventFolder {
  struct Scalar: Equatable {
    var name: String
    var step: Double
    /// Seconds since 1970.
    var time: Double
    var value: Double
  }

  static let mostFolders = 2000
  static let mostFiles = 1000
  static let deepest = 8
  /// Entries of folders that one search looks at.
  static let mostEntries = 100_000

  let path: String
  /// Folders seen, by their paths from the work folder, which is "".
  private(set) var folders: Set<String> = []
  /// Entries of folders that were looked at, in all searches.
  private(set) var examined = 0
  /// Hyperparameters that were logged, by name; the last value counts.
  private(set) var parameters: [String: String] = [:]
  /// The file that is read next, and whether the last call has left some out.
  private var next = 0
  private var isPart = false
  private var files: [(name: String, folder: String, file: EventFile)] = []
  private var known: Set<String> = []
  private var fresh: (folders: [String], files: [String]) = ([], [])
  private var troubles: [String] = []
  /// Entries that the search may still look at.
  private var left = 0
  private var names = EventNames()
  private var reported: Set<String> = []
  private let mostEntries: Int
  private let offsets: (String) -> Int

  /// `offsets` tells how much of a file, by its path from the work folder, was taken in before.
  init(
    path: String,
    mostEntries: Int = EventFolder.mostEntries,
    offsets: @escaping (String) -> Int = { _ in 0 }
  ) {
    self.path = path
    self.mostEntries = mostEntries
    self.offsets = offsets
  }

  var isEmpty: Bool { files.isEmpty }
  /// Whether a call of `refresh` stopped before all that there was.
  var hasMore: Bool { isPart || files.contains { $0.file.hasMore } }

  /// Bytes of the files that were not taken, if they would be.
  var unread: Int { files.reduce(0) { $0 + $1.file.unread } }

  /// Looks everywhere for folders and files; hidden and installed ones are left out.
  mutating func discover() { search("", depth: 0) }

  /// Looks at what has come into a folder, and below it.
  mutating func discover(_ name: String, in folder: String) {
    let full = folder.isEmpty ? name : folder + "/" + name
    var status = stat()
    guard !name.hasPrefix("."), lstat(path + "/" + full, &status) == 0 else { return }
    let depth = folder.isEmpty ? 1 : folder.split(separator: "/").count + 1
    switch status.st_mode & S_IFMT {
    case S_IFDIR where depth <= Self.deepest && !Self.passedOver.contains(name):
      search(full, depth: depth)
    case S_IFREG where name.contains("tfevents"): add([(full, folder, 0)])
    default: return
    }
  }

  private mutating func search(_ folder: String, depth: Int) {
    var found: [Found] = []
    left = mostEntries
    scan(folder, depth: depth, &found)
    if left <= 0 {
      report(
        "More than \(mostEntries) files lie in the work folder: not all were searched for event files."
      )
    }
    add(found.sorted { ($0.made, $0.name) < ($1.made, $1.name) })
  }

  private typealias Found = (name: String, folder: String, made: Double)

  private mutating func add(_ found: [Found]) {
    for entry in found {
      fresh.files.append(entry.name)
      guard !known.contains(entry.name) else { continue }
      guard files.count < Self.mostFiles else {
        report(
          "More than \(Self.mostFiles) event files lie in the work folder: not all are followed."
        )
        return
      }
      known.insert(entry.name)
      _ = names.prefix(of: entry.folder)
      let file = EventFile(path: path + "/" + entry.name, offset: offsets(entry.name))
      files.append((entry.name, entry.folder, file))
    }
  }

  private mutating func report(_ trouble: String) {
    if reported.insert(trouble).inserted { troubles.append(trouble) }
  }

  /// Folders and files that were seen since the last call, by their paths from the work folder.
  mutating func takeFresh() -> (folders: [String], files: [String]) {
    defer { fresh = ([], []) }
    return fresh
  }

  /// What the search has to tell, once.
  mutating func takeTroubles() -> [String] {
    defer { troubles = [] }
    return troubles
  }

  /// A folder is gone; another one may come to its path.
  mutating func forget(_ folder: String) { folders.remove(folder) }

  /// Reads what was added to the files, until about `budget` bytes are taken.
  ///
  /// `take` gets each scalar; `consumed` gets a file's path from the work folder and how much of it has
  /// been taken in, after its scalars. Returns what is to be told once, such as a broken file.
  mutating func refresh(
    budget: inout Int,
    _ take: (Scalar) -> Void,
    consumed: (_ name: String, _ offset: Int) throws -> Void
  ) rethrows -> [String] {
    var troubles: [String] = []
    var left = files.count
    defer { isPart = left > 0 }
    while left > 0, budget > 0 {
      left -= 1
      let index = next
      next = (next + 1) % files.count
      let (name, folder, _) = files[index]
      let prefix = names.prefix(of: folder)
      let before = files[index].file.offset
      var logged: [(name: String, value: String)] = []
      files[index].file.refresh { event in
        logged += event.parameters
        // TensorBoard passes over an event without a time as well.
        guard event.time.isFinite else { return }
        for scalar in event.scalars {
          take(
            Scalar(
              name: prefix + scalar.tag,
              step: Double(event.step),
              time: event.time,
              value: scalar.value
            )
          )
        }
      }
      for (name, value) in logged where parameters.count < 1000 {
        // A byte more than is kept says that it was too long.
        let name = String(decoding: name.utf8.prefix(FactBook.longestName + 1), as: UTF8.self)
        parameters[name] = String(
          decoding: value.utf8.prefix(FactBook.longestValue + 1),
          as: UTF8.self
        )
      }
      let taken = files[index].file.offset - before
      budget -= taken
      if taken > 0 { try consumed(name, files[index].file.offset) }
      if let trouble = files[index].file.trouble, reported.insert(name).inserted {
        troubles.append(Self.words(trouble, name))
      }
    }
    return troubles
  }

  private static func words(_ trouble: EventFile.Trouble, _ name: String) -> String {
    switch trouble {
    case .broken(let offset):
      "The event file \(name) is damaged at byte \(offset); the rest is not read."
    case .unreadable(let error): "The event file \(name) cannot be read (\(error))."
    case .skipped: "The event file \(name) has damaged records; they are left out."
    }
  }

  /// The seconds in `events.out.tfevents.1700000000.host.pid`: files are taken in the order they were made.
  private static func made(_ file: String) -> Double {
    guard let range = file.range(of: "tfevents.") else { return .infinity }
    let digits = file[range.upperBound...].prefix { $0.isNumber }
    return Double(digits) ?? .infinity
  }
}

// MARK: Looking for files

extension EventFolder {
  private static let passedOver: Set<String> = [
    "__pycache__", "node_modules", "site-packages", "venv", "env",
  ]

  private mutating func scan(_ folder: String, depth: Int, _ found: inout [Found]) {
    let full = folder.isEmpty ? path : path + "/" + folder
    guard folders.count < Self.mostFolders || folders.contains(folder) else {
      return report(
        "More than \(Self.mostFolders) folders lie in the work folder: not all are followed."
      )
    }
    guard let directory = opendir(full) else { return }
    defer { closedir(directory) }
    folders.insert(folder)
    fresh.folders.append(folder)
    var inner: [String] = []
    while left > 0, let entry = readdir(directory) {
      left -= 1
      examined += 1
      let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard !name.hasPrefix(".") else { continue }
      // Links are not followed: they may lead out of the folder, or around in it.
      switch kind(of: full + "/" + name, entry.pointee.d_type) {
      case S_IFDIR where depth < Self.deepest && !Self.passedOver.contains(name):
        inner.append(folder.isEmpty ? name : folder + "/" + name)
      case S_IFREG where name.contains("tfevents"):
        found.append((folder.isEmpty ? name : folder + "/" + name, folder, Self.made(name)))
      default: continue
      }
    }
    for name in inner.sorted() { scan(name, depth: depth + 1, &found) }
  }

  private func kind(of path: String, _ type: UInt8) -> mode_t {
    switch Int(type) {
    case Int(DT_DIR): return S_IFDIR
    case Int(DT_REG): return S_IFREG
    case Int(DT_UNKNOWN):
      var status = stat()
      return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
    default: return 0
    }
  }
}
