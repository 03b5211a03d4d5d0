import Documents
import Glibc

/// What is to be stored of a folder, known by looking at it: nothing is read yet.
package struct FolderScan: Sendable {
  package struct File: Sendable {
    /// Relative to the folder.
    package let name: String
    let kind: Manifest.Entry.Kind
    let stamp: FileStamp
    /// Where it lies, when it is named by a link.
    let target: String?
  }

  /// Where all of it lies.
  package let folder: String
  package private(set) var files: [File] = []
  /// Links with their targets.
  private(set) var links: [(name: String, target: String)] = []
  /// Folders, empty ones included.
  private(set) var folders: [String] = []

  package init(_ folder: String) { self.folder = folder }

  /// Where a file lies.
  func path(of file: File) -> String { file.target ?? folder + "/" + file.name }

  /// Adds everything that the folder holds, links as links.
  ///
  /// Refused are special files and names that are not UTF-8. Throws `StoringGivenUp` as soon as
  /// `goesOn` is false.
  mutating func addAll(_ intake: Intake, while goesOn: () -> Bool) throws {
    var level = [""]
    while !level.isEmpty {
      var next: [String] = []
      for start in stride(from: 0, to: level.count, by: FolderScan.many) {
        guard goesOn() else { throw StoringGivenUp() }
        let prefixes = level[start..<min(start + FolderScan.many, level.count)]
        let listings = try intake.listings(of: prefixes.map { folder + "/" + $0 }, isKept: false)
        for (prefix, listing) in zip(prefixes, listings) {
          try add(try listing.get(), of: prefix, folders: &next)
        }
      }
      level = next
    }
  }

  /// So many folders are listed at once: enough for all cores, and few enough to be held.
  package static let many = 32

  /// Adds a file as it was listed.
  package mutating func add(file entry: FolderListing.Entry, as name: String) {
    guard let kind = Manifest.Entry.Kind(entry.kind) else { return }
    files.append(File(name: name, kind: kind, stamp: entry.stamp, target: nil))
  }

  /// Adds a file by its name; a link counts as what it leads to.
  package mutating func add(named name: String) throws {
    let path = folder + "/" + name
    guard let real = realpath(path, nil) else { throw SystemFailure("read \(path)", errno) }
    defer { free(real) }
    let target = String(cString: real)
    var facts = stat()
    guard lstat(target, &facts) == 0 else { throw SystemFailure("read \(target)", errno) }
    guard let kind = Manifest.Entry.Kind(FolderListing.Kind(facts)) else {
      throw FolderScan.refusal(of: target)
    }
    files.append(File(name: name, kind: kind, stamp: FileStamp(facts), target: target))
  }

  /// Adds a file by its name where it is a regular one of at most `largest` bytes, and no link.
  package mutating func addIfPlain(named name: String, largest: Int) {
    var facts = stat()
    guard lstat(folder + "/" + name, &facts) == 0, Int(facts.st_size) <= largest,
      let kind = Manifest.Entry.Kind(FolderListing.Kind(facts))
    else { return }
    files.append(File(name: name, kind: kind, stamp: FileStamp(facts), target: nil))
  }

  /// Leaves one of each name, in the order of the names' bytes; the first one that was added counts.
  package mutating func sortFiles() {
    let sorted = files.indices.sorted { a, b in
      let order = Manifest.Entries.order(files[a].name, files[b].name)
      return order == 0 ? a < b : order < 0
    }
    var kept: [File] = []
    kept.reserveCapacity(files.count)
    for index in sorted {
      if let last = kept.last, Manifest.Entries.order(last.name, files[index].name) == 0 {
        continue
      }
      kept.append(files[index])
    }
    files = kept
  }

  mutating func add(
    _ listing: FolderListing,
    of prefix: String,
    folders next: inout [String]
  ) throws {
    if let fault = listing.fault { throw fault }
    for entry in listing.entries {
      let name = prefix + entry.name
      switch entry.kind {
      case .file, .executable: add(file: entry, as: name)
      case .link: links.append((name, try FolderScan.target(of: folder + "/" + name)))
      case .folder:
        folders.append(name)
        next.append(name + "/")
      case .special: throw FolderScan.refusal(of: folder + "/" + name)
      }
    }
  }

  private static func refusal(of path: String) -> Explanation {
    Explanation(
      what: "\(path) cannot be stored.",
      why: "It is a device, a socket or a pipe.",
      next: "Remove it from the output."
    )
  }

  private static func target(of path: String) throws -> String {
    try withUnsafeTemporaryAllocation(byteCount: Int(PATH_MAX), alignment: 1) { buffer in
      let count = buffer.withMemoryRebound(to: CChar.self) { characters in
        characters.baseAddress.map { readlink(path, $0, characters.count) } ?? -1
      }
      guard count >= 0 else { throw SystemFailure("read \(path)", errno) }
      let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}

extension Manifest.Entry.Kind {
  /// Nil for what is no regular file.
  fileprivate init?(_ kind: FolderListing.Kind) {
    switch kind {
    case .file: self = .file
    case .executable: self = .executable
    case .link, .folder, .special: return nil
    }
  }
}
