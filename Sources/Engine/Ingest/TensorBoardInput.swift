import Glibc

/// TensorBoard event files anywhere in the work folder.
///
/// Files that lay there before the script began (they came with the code or with an input) are an
/// earlier run's and are left alone.
struct TensorBoardInput {
  private var folder: EventFolder
  private var watches: [String: Int32] = [:]
  private var watched: Set<Int32> = []
  private var mayHaveFiles = true
  private var mayHaveGrown = true

  private static let folderEvents = UInt32(IN_CREATE | IN_MOVED_TO | IN_MASK_ADD)
  private static let fileEvents = UInt32(IN_MODIFY | IN_MASK_ADD)
  private static let source = "events/"

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
      let source = TensorBoardInput.source + name
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
    guard watched.contains(watch) else { return }
    if events & UInt32(IN_IGNORED) != 0 {
      // It is gone; another one may come to its path.
      watched.remove(watch)
      watches = watches.filter { $0.value != watch }
      mayHaveFiles = true
      return
    }
    if events & UInt32(IN_MODIFY) != 0 {
      mayHaveGrown = true
    } else if events & UInt32(IN_ISDIR) != 0 || name.contains("tfevents") {
      mayHaveFiles = true
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
      discover(watch)
    }
    guard mayHaveGrown, !folder.isEmpty else { return false }
    let troubles = try folder.refresh(budget: &budget) { scalar in
      guard let id = sink.id(of: scalar.name) else { return }
      sink.take(id, step: scalar.step, time: scalar.time, value: scalar.value)
    } consumed: { name, offset in
      sink.note(TensorBoardInput.source + name, offset)
      if sink.isFull { try sink.flush() }
    }
    for (name, value) in folder.parameters { sink.take(parameter: name, value) }
    for trouble in troubles { sink.warn(trouble, trouble) }
    mayHaveGrown = folder.hasMore
    return folder.hasMore
  }

  /// Bytes of the files that were not taken.
  var unread: Int { folder.unread }

  /// Looks for new files and folders and watches them; again, where a folder came with something in it.
  private mutating func discover(_ watch: InputWatch) {
    for _ in 0..<4 {
      folder.discover()
      mayHaveGrown = true
      let before = watches.count
      for path in folder.folders where watches[path] == nil {
        add(path, TensorBoardInput.folderEvents, watch)
      }
      if watches.count == before { break }
    }
    for path in folder.paths where watches[path] == nil {
      add(path, TensorBoardInput.fileEvents, watch)
    }
  }

  private mutating func add(_ path: String, _ events: UInt32, _ watch: InputWatch) {
    let number = watch.add(path, events)
    guard number >= 0 else { return }
    watches[path] = number
    watched.insert(number)
  }
}
