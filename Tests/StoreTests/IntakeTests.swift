import Documents
import Foundation
import Glibc
import Testing

@testable import Store

/// What one launch brings into the store.
struct IntakeTests {
  private let scratch: Scratch
  private let store: ObjectStore

  init() throws {
    scratch = try Scratch()
    store = scratch.store
  }

  @Test func `code and input of one launch are one moment's view of a folder`() throws {
    try scratch.write("a", "in/a")
    let intake = Intake(into: store)
    let listings = try intake.listings(of: [scratch.path + "/in"], isKept: true)
    #expect(try listings.map { try $0.get().entries.map(\.name) } == [["a"]])
    try scratch.write("b", "in/b")
    let early = try intake.put(artifact: scratch.path + "/in")
    #expect(store.manifest(early.digest)?.entries.keys == ["a"])
    let later = try Intake(into: store).put(artifact: scratch.path + "/in")
    #expect(store.manifest(later.digest)?.entries.keys == ["a", "b"])
  }

  @Test func `a file that grows between its listing and its reading has the size of what was read`()
    throws
  {
    try scratch.write("a", "in/a")
    let intake = Intake(into: store)
    let listing = try #require(
      try intake.listings(of: [scratch.path + "/in"], isKept: true).first?.get()
    )
    try scratch.write("longer", "in/a")
    var scan = FolderScan(scratch.path + "/in")
    for entry in listing.entries { scan.add(file: entry, as: entry.name) }
    for stored in [try intake.put(scan), try intake.put(artifact: scratch.path + "/in")] {
      let entry = store.manifest(stored.digest)?.entries["a"]
      #expect(entry?.digest == Digest(of: "longer") && entry?.size == 6)
    }
  }

  @Test func `more files than one core looks at are stored as they are, known or not`() throws {
    for number in 0..<1_300 { try scratch.write("\(number)", "in/\(number % 7)/f\(number)") }
    var artifacts: [Artifact] = []
    for _ in 0..<3 { artifacts.append(try store.put(artifact: scratch.path + "/in")) }
    #expect(Set(artifacts.map(\.digest)).count == 1)
    let entries = try #require(store.manifest(artifacts[0].digest)).entries
    #expect(entries.count == 1_307)
    for number in 0..<1_300 {
      #expect(entries["\(number % 7)/f\(number)"]?.digest == Digest(of: "\(number)"))
    }
  }

  @Test func `a known file whose object was lost is stored again`() throws {
    // Old enough that their stamps are trusted.
    let later = ObjectStore(
      home: scratch.home,
      isDurable: false,
      now: { FileStamp.now + 5_000_000_000 }
    )
    for name in ["in/a", "in/b"] { try scratch.write(name, name) }
    let artifact = try later.put(artifact: scratch.path + "/in")
    unlink(store.path(of: Digest(of: "in/b")))
    #expect(try later.put(artifact: scratch.path + "/in") == artifact)
    #expect(store.contains(Digest(of: "in/b")))
  }

  @Test func `what cannot be looked at hides no neighbour, and keeps an output from being stored`()
    throws
  {
    for name in ["a", "dead", "z"] { try scratch.write(name, "in/" + name) }
    let listing = try FolderListing(
      of: scratch.path + "/in",
      known: { _ in nil },
      look: { folder, name, facts in
        guard String(cString: name) == "dead" else {
          return fstatat(folder, name, facts, AT_SYMLINK_NOFOLLOW)
        }
        errno = ENOTCONN
        return -1
      }
    )
    #expect(listing.entries.map(\.name) == ["a", "z"])
    var scan = FolderScan(scratch.path + "/in")
    var folders: [String] = []
    #expect(throws: SystemFailure.self) { try scan.add(listing, of: "", folders: &folders) }
  }

  @Test func `a name that is not UTF-8 keeps an output from being stored`() throws {
    try scratch.write("a", "in/a")
    let name = scratch.path + "/in/"
    let bytes = name.utf8.map { CChar(bitPattern: $0) } + [-1, 0]
    close(open(bytes, O_CREAT | O_WRONLY, 0o600))
    let listing = try FolderListing(of: scratch.path + "/in", known: { _ in nil })
    #expect(listing.entries.map(\.name) == ["a"])
    #expect(throws: Explanation.self) { try store.put(artifact: scratch.path + "/in") }
  }

  @Test func `two names of one file are two entries`() throws {
    let path = try scratch.write("x", "in/a")
    #expect(link(path, scratch.path + "/in/b") == 0)
    let artifact = try store.put(artifact: scratch.path + "/in")
    #expect(store.manifest(artifact.digest)?.entries.keys == ["a", "b"])
  }

  @Test func `of files that are named twice one is left, in the order of bytes`() throws {
    for name in ["b", "a", "a.b", "é", "a-c"] { try scratch.write(name, "in/" + name) }
    var scan = FolderScan(scratch.path + "/in")
    for name in ["é", "b", "a.b", "a", "b", "a-c", "a"] { try scan.add(named: name) }
    scan.sortFiles()
    #expect(scan.files.map(\.name) == ["a", "a-c", "a.b", "b", "é"])
  }

  @Test func `what lies under a path is found and taken out as by looking at each entry`() {
    var generator = Seeded(state: 11)
    let letters = Array("ab./-0é")
    for _ in 0..<300 {
      var paths: Set<String> = []
      for _ in 0..<12 {
        let length = Int.random(in: 1..<7, using: &generator)
        let path = String(
          (0..<length).compactMap { _ in letters.randomElement(using: &generator) }
        )
        if Manifest.isInside(path) { paths.insert(path) }
      }
      let entry = Manifest.Entry(kind: .file, digest: Digest(of: "x"), size: 1)
      let entries = Manifest.Entries(unordered: paths.map { ($0, entry) })
      for folder in paths.flatMap({ [$0, String($0.prefix(2)), $0 + "a"] }) {
        let inside = paths.filter {
          $0 == folder || $0.utf8.starts(with: (folder + "/").utf8)
        }
        #expect(entries.hasPlace(folder) == !inside.isEmpty, "\(folder) in \(paths)")
        var rest = entries
        rest.remove(folder)
        #expect(Set(rest.keys) == paths.subtracting(inside), "\(folder) in \(paths)")
      }
    }
  }
}
