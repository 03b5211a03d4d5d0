import Glibc

extension Manifest {
  /// Entries by their paths, in the order of the paths' bytes.
  ///
  /// Two names that only Unicode's normalisation makes equal are two names here, as they are to the
  /// file system.
  package struct Entries: Sendable {
    private var paths: [String] = []
    private var entries: [Entry] = []

    package init() {}

    /// Where a path is named twice, the last entry counts.
    init(unordered pairs: [(String, Entry)]) {
      let sorted = pairs.indices.sorted { a, b in
        let order = Entries.order(pairs[a].0, pairs[b].0)
        return order == 0 ? a < b : order < 0
      }
      paths.reserveCapacity(sorted.count)
      entries.reserveCapacity(sorted.count)
      for index in sorted { self[pairs[index].0] = pairs[index].1 }
    }

    package var keys: [String] { paths }
    package var values: [Entry] { entries }

    package subscript(_ path: String) -> Entry? {
      get {
        let place = place(of: path)
        return holds(path, at: place) ? entries[place] : nil
      }
      set {
        let place = place(of: path)
        switch (newValue, holds(path, at: place)) {
        case (let entry?, true): entries[place] = entry
        case (let entry?, false):
          paths.insert(path, at: place)
          entries.insert(entry, at: place)
        case (nil, true):
          paths.remove(at: place)
          entries.remove(at: place)
        case (nil, false): break
        }
      }
    }

    /// Whether a path is a folder above some entry, or an entry itself.
    package func hasPlace(_ path: String) -> Bool {
      self[path] != nil || !places(under: path).isEmpty
    }

    /// Takes out an entry and all that lies under it.
    package mutating func remove(_ path: String) {
      self[path] = nil
      let places = places(under: path)
      paths.removeSubrange(places)
      entries.removeSubrange(places)
    }

    /// Where the entries under a folder stand: in the order of bytes they are neighbours.
    private func places(under folder: String) -> Range<Int> {
      // "0" comes right behind "/".
      place(of: folder + "/")..<place(of: folder + "0")
    }

    package func filter(_ isIncluded: ((key: String, value: Entry)) throws -> Bool) rethrows
      -> Entries
    {
      var kept = Entries()
      for element in self where try isIncluded(element) {
        kept.paths.append(element.key)
        kept.entries.append(element.value)
      }
      return kept
    }

    package func compactMapValues<Value>(_ transform: (Entry) throws -> Value?) rethrows
      -> [String: Value]
    {
      var found: [String: Value] = [:]
      for (path, entry) in self { found[path] = try transform(entry) }
      return found
    }

    /// The first place whose path is not before the given one.
    private func place(of path: String) -> Int {
      // Entries mostly come in their order.
      if let last = paths.last, Entries.order(last, path) < 0 { return paths.count }
      var (low, high) = (0, paths.count)
      while low < high {
        let middle = (low + high) / 2
        if Entries.order(paths[middle], path) < 0 { low = middle + 1 } else { high = middle }
      }
      return low
    }

    private func holds(_ path: String, at place: Int) -> Bool {
      place < paths.count && Entries.order(paths[place], path) == 0
    }

    /// Below, equal or above zero by the bytes, as the file system tells names apart.
    static func order(_ a: String, _ b: String) -> Int {
      let order = a.utf8.withContiguousStorageIfAvailable { a in
        b.utf8.withContiguousStorageIfAvailable { b in
          guard let left = a.baseAddress, let right = b.baseAddress else {
            return a.count - b.count
          }
          let common = Int(memcmp(left, right, Swift.min(a.count, b.count)))
          return common == 0 ? a.count - b.count : common
        }
      }
      if let order = order ?? nil { return order }
      if a.utf8.elementsEqual(b.utf8) { return 0 }
      return a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
    }
  }
}

extension Manifest.Entries: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { paths.count }
  package subscript(_ place: Int) -> (key: String, value: Manifest.Entry) {
    (paths[place], entries[place])
  }
}

extension Manifest.Entries: Equatable {
  package static func == (a: Self, b: Self) -> Bool {
    a.count == b.count && a.entries == b.entries
      && zip(a.paths, b.paths).allSatisfy { order($0, $1) == 0 }
  }
}

extension Manifest.Entries: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, Manifest.Entry)...) {
    self.init(unordered: elements)
  }
}
