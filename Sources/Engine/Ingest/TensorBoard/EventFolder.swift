import Foundation
import Glibc

/// Follows the TensorBoard event files below a step's work folder.
///
/// `folders` are to be watched: when one changes, `discover` finds new files; when a file grows,
/// `refresh` reads on. Both are cheap when nothing is new.
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

  let path: String
  /// Folders seen, by their full paths.
  private(set) var folders: Set<String> = []
  /// Hyperparameters that were logged, by name; the last value counts.
  private(set) var parameters: [String: String] = [:]
  /// The file that is read next, and whether the last call has left some out.
  private var next = 0
  private var isPart = false
  private var files: [(name: String, folder: String, file: EventFile)] = []
  private var names = EventNames()
  private var reported: Set<String> = []
  private let offsets: (String) -> Int

  /// `offsets` tells how much of a file, by its path from the work folder, was taken in before.
  init(path: String, offsets: @escaping (String) -> Int = { _ in 0 }) {
    self.path = path
    self.offsets = offsets
  }

  var isEmpty: Bool { files.isEmpty }
  /// Full paths of the files seen.
  var paths: [String] { files.map(\.file.path) }
  /// Whether a call of `refresh` stopped before all that there was.
  var hasMore: Bool { isPart || files.contains { $0.file.hasMore } }

  /// Bytes of the files that were not taken, if they would be.
  var unread: Int { files.reduce(0) { $0 + $1.file.unread } }

  /// Looks for folders and files that were not there before; hidden and installed ones are left out.
  mutating func discover() {
    var found: [(name: String, folder: String, made: Double)] = []
    let known = Set(files.map(\.name))
    scan("", depth: 0) { folder, file in
      let name = folder.isEmpty ? file : folder + "/" + file
      if !known.contains(name) { found.append((name, folder, Self.made(file))) }
    }
    found.sort { ($0.made, $0.name) < ($1.made, $1.name) }
    for entry in found where files.count < Self.mostFiles {
      _ = names.prefix(of: entry.folder)
      let file = EventFile(path: path + "/" + entry.name, offset: offsets(entry.name))
      files.append((entry.name, entry.folder, file))
    }
  }

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
      for parameter in logged where parameters.count < 1000 {
        parameters[parameter.name] = parameter.value
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

  private mutating func scan(
    _ folder: String,
    depth: Int,
    _ found: (_ folder: String, _ file: String) -> Void
  ) {
    let full = folder.isEmpty ? path : path + "/" + folder
    guard folders.count < Self.mostFolders || folders.contains(full),
      let directory = opendir(full)
    else { return }
    defer { closedir(directory) }
    folders.insert(full)
    var inner: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard !name.hasPrefix(".") else { continue }
      // Links are not followed: they may lead out of the folder, or around in it.
      switch kind(of: full + "/" + name, entry.pointee.d_type) {
      case S_IFDIR where depth < Self.deepest && !Self.passedOver.contains(name):
        inner.append(folder.isEmpty ? name : folder + "/" + name)
      case S_IFREG where name.contains("tfevents"): found(folder, name)
      default: continue
      }
    }
    for name in inner.sorted() { scan(name, depth: depth + 1, found) }
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
