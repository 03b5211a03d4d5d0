import Glibc
import Store

/// TensorBoard event files anywhere in the work folder.
///
/// Files that lay there before the script began (they came with the code or with an input) are an
/// earlier run's and are left alone.
struct TensorBoardInput {
  private var folder: EventFolder
  /// The watches of folders and files, by their paths from the work folder.
  private var watches: [String: Int32] = [:]
  private var watched: [Int32: (path: String, isFolder: Bool)] = [:]
  /// What came into folders that are watched.
  private var came: [(name: String, folder: String)] = []
  private var mayHaveFiles = true
  private var mayHaveGrown = true

  private static let folderEvents = UInt32(IN_CREATE | IN_MOVED_TO | IN_MASK_ADD)
  private static let fileEvents = UInt32(IN_MODIFY | IN_MASK_ADD)

  /// What the progress of a file is kept under; paths that are too long for that by their digest.
  private static func source(_ name: String) -> String {
    let source = "events/" + name
    return source.utf8.count <= longestSource ? source : "events:" + Digest(of: name).hex
  }

  /// The longest source whose progress a series keeps, in bytes.
  private static let longestSource = 512

  /// Entries of folders that were looked at.
  var examined: Int { folder.examined }

  /// Where the files in `path` stand; with `isNew`, all that are there now are passed over.
  init(path: String, isNew: Bool, sink: inout MetricSink) {
    let found = Names()
    var search = EventFolder(path: path) { name in
      found.names.append(name)
      return 0
    }
    search.discover()
    var offsets: [String: Int] = [:]
    for name in found.names {
      let source = TensorBoardInput.source(name)
      if isNew {
        var status = stat()
        guard lstat(path + "/" + name, &status) == 0 else { continue }
        sink.note(source, Int(status.st_size))
      }
      offsets[name] = sink.offset(of: source)
    }
    let known = offsets
    folder = EventFolder(path: path) { known[$0] ?? 0 }
  }

  /// What the search tells its owner.
  private final class Names {
    var names: [String] = []
  }

  /// Takes note of a change, which may be none of these files'.
  mutating func notice(_ watch: Int32, _ events: UInt32, _ name: String) {
    guard let (path, isFolder) = watched[watch] else { return }
    if events & UInt32(IN_IGNORED) != 0 {
      // It is gone; another one that comes to its path is told of by the folder above.
      watched[watch] = nil
      guard watches[path] == watch else { return }
      watches[path] = nil
      if isFolder { folder.forget(path) }
    } else if events & UInt32(IN_MODIFY) != 0 {
      mayHaveGrown = true
    } else if isFolder, events & UInt32(IN_ISDIR) != 0 || name.contains("tfevents") {
      came.append((name, path))
    }
  }

  /// Takes note that anything may have happened.
  mutating func notice() {
    mayHaveFiles = true
    mayHaveGrown = true
  }

  /// Takes what was appended, about `budget` bytes of it; returns whether there is more.
  mutating func drain(
    into sink: inout MetricSink,
    budget: inout Int,
    _ watch: InputWatch
  ) throws -> Bool {
    if mayHaveFiles {
      mayHaveFiles = false
      came = []
      discover(watch) { $0.discover() }
    }
    for (name, folder) in came { discover(watch) { $0.discover(name, in: folder) } }
    came = []
    for trouble in folder.takeTroubles() { sink.warn(trouble, trouble) }
    guard mayHaveGrown, !folder.isEmpty else { return false }
    let troubles = try folder.refresh(budget: &budget) { scalar in
      guard let id = sink.id(of: scalar.name) else { return }
      sink.take(id, step: scalar.step, time: scalar.time, value: scalar.value)
    } consumed: { name, offset in
      sink.note(TensorBoardInput.source(name), offset)
      if sink.isFull { try sink.flush() }
    }
    for (name, value) in folder.parameters { sink.take(parameter: name, value) }
    for trouble in troubles { sink.warn(trouble, trouble) }
    mayHaveGrown = folder.hasMore
    return folder.hasMore
  }

  /// Bytes of the files that were not taken.
  var unread: Int { folder.unread }

  /// Looks for files and folders and watches them; again, where a folder came with something in it.
  private mutating func discover(_ watch: InputWatch, _ look: (inout EventFolder) -> Void) {
    for _ in 0..<4 {
      look(&folder)
      let fresh = folder.takeFresh()
      guard !fresh.folders.isEmpty || !fresh.files.isEmpty else { return }
      mayHaveGrown = true
      var isNew = false
      for path in fresh.folders where add(path, isFolder: true, watch) { isNew = true }
      for path in fresh.files { _ = add(path, isFolder: false, watch) }
      if !isNew { return }
    }
  }

  /// Watches what lies at a path now, which may be another one than before; returns whether it was not.
  private mutating func add(_ path: String, isFolder: Bool, _ watch: InputWatch) -> Bool {
    let events = isFolder ? TensorBoardInput.folderEvents : TensorBoardInput.fileEvents
    let full = path.isEmpty ? folder.path : folder.path + "/" + path
    let number = watch.add(full, events)
    guard number >= 0, watches[path] != number else { return false }
    watches[path] = number
    watched[number] = (path, isFolder)
    return true
  }
}
