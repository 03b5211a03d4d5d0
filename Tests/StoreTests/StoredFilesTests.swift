import Documents
import Foundation
import Glibc
import Store
import Testing

/// When a file may be taken for the one that was stored before, and when it must not.
struct StoredFilesTests {
  private let scratch: Scratch
  /// To this store every file is old enough to be trusted.
  private let store: ObjectStore
  /// The same home at the true time.
  private let now: ObjectStore

  init() throws {
    scratch = try Scratch()
    now = scratch.store
    store = ObjectStore(home: scratch.home, isDurable: false) { FileStamp.now + 10_000_000_000 }
  }

  private func text(_ artifact: Artifact) -> String? {
    store.data(artifact.digest).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Sets a file's modification time to that of another one, as `touch -r` does.
  private func touch(_ path: String, like stamp: FileStamp) {
    let modified = timespec(
      tv_sec: Int(stamp.modified / 1_000_000_000),
      tv_nsec: Int(stamp.modified % 1_000_000_000)
    )
    var times = [modified, modified]
    utimensat(AT_FDCWD, path, &times, 0)
  }

  /// Goes on when the file system's clock has: a change after this has another time.
  private func tick() throws {
    let first = FileStamp(path: try scratch.write("", "clock"))
    while FileStamp(path: try scratch.write("", "clock"))?.changed == first?.changed {}
  }

  // MARK: Files

  @Test func `a file that has not changed is not read`() throws {
    let file = try scratch.write("one", "a")
    let artifact = try store.put(artifact: file)
    // Whoever cannot read it can still know it: by another store, as another process has it.
    let other = ObjectStore(home: scratch.home, isDurable: false)
    let stamp = try #require(FileStamp(path: file))
    #expect(StatCache(path: scratch.home.knownFiles).digest(of: stamp) == artifact.digest)
    #expect(try other.digest(ofFile: file) == artifact.digest)
    #expect(try other.put(artifact: file) == artifact)
  }

  @Test func `an edit of the same size within the same second is seen`() throws {
    let file = try scratch.write("one", "a")
    let first = try now.put(artifact: file)
    try scratch.write("two", "a")
    let second = try now.put(artifact: file)
    #expect(first != second && text(second) == "two")
    // Even by one who trusts the stamps: the time of change tells them apart.
    _ = try store.put(artifact: file)
    try tick()
    try scratch.write("six", "a")
    #expect(text(try store.put(artifact: file)) == "six")
  }

  @Test func `a file that was read within two seconds of its change is read again`() throws {
    let cache = StatCache(path: scratch.path + "/cache")
    let stamp = try #require(FileStamp(path: try scratch.write("one", "a")))
    let latest = max(stamp.modified, stamp.changed)
    for (age, isTrusted) in [
      (0, false), (1_999_999_999, false), (-5, false), (2_000_000_000, true),
    ] {
      cache.record(Digest(of: "one"), of: stamp, readAt: latest + Int64(age))
      #expect((cache.digest(of: stamp) == Digest(of: "one")) == isTrusted, "after \(age) ns")
    }
    // Once trusted, then changed and read too soon: the earlier reading must not come back.
    cache.record(Digest(of: "two"), of: stamp, readAt: latest)
    #expect(cache.digest(of: stamp) == nil)
  }

  @Test func `a touched file with equal bytes is the same object`() throws {
    let file = try scratch.write("one", "a")
    let first = try store.put(artifact: file)
    let stamp = try #require(FileStamp(path: file))
    try tick()
    utimensat(AT_FDCWD, file, nil, 0)
    #expect(FileStamp(path: file) != stamp)
    #expect(try store.put(artifact: file) == first)
  }

  @Test func `an edit behind a modification time that was set back is seen`() throws {
    let file = try scratch.write("one", "a")
    _ = try store.put(artifact: file)
    let stamp = try #require(FileStamp(path: file))
    try tick()
    try scratch.write("two", "a")
    touch(file, like: stamp)
    let forged = try #require(FileStamp(path: file))
    #expect(forged.modified == stamp.modified && forged.size == stamp.size)
    #expect(text(try store.put(artifact: file)) == "two")
  }

  @Test func `a file that another one was moved over is another file`() throws {
    let file = try scratch.write("one", "a")
    _ = try store.put(artifact: file)
    let stamp = try #require(FileStamp(path: file))
    let other = try scratch.write("two", "b")
    touch(other, like: stamp)
    rename(other, file)
    #expect(text(try store.put(artifact: file)) == "two")
  }

  @Test func `a known file whose object is gone is stored again`() throws {
    let file = try scratch.write("one", "a")
    let artifact = try store.put(artifact: file)
    unlink(store.path(of: artifact.digest))
    #expect(try store.put(artifact: file) == artifact)
    #expect(text(artifact) == "one")
  }

  // MARK: Folders

  @Test func `what changes in a folder changes its name`() throws {
    try scratch.write("one", "in/a")
    try scratch.write("two", "in/b")
    symlink("a", scratch.path + "/in/link")
    let folder = scratch.path + "/in"
    var seen: Set<Digest> = []
    func isNew() throws -> Bool {
      let digest = try store.put(artifact: folder).digest
      try tick()
      return seen.insert(digest).inserted
    }
    #expect(try isNew())
    #expect(try !isNew())
    chmod(folder + "/a", 0o755)
    #expect(try isNew(), "mode")
    chmod(folder + "/a", 0o644)
    #expect(try !isNew(), "mode back")
    unlink(folder + "/link")
    symlink("b", folder + "/link")
    #expect(try isNew(), "link led elsewhere")
    try makeFolder(folder + "/sub")
    #expect(try isNew(), "empty folder")
    try scratch.write("", "in/sub/empty")
    #expect(try isNew(), "empty file")
    rename(folder + "/a", folder + "/c")
    #expect(try isNew(), "renamed")
    try scratch.write("tow", "in/b")
    #expect(try isNew(), "edited")
    unlink(folder + "/b")
    symlink("c", folder + "/b")
    #expect(try isNew(), "a link in a file's place")
    utimensat(AT_FDCWD, folder + "/c", nil, 0)
    #expect(try !isNew(), "touched")
  }

  @Test func `names that only normalisation makes equal are two files`() throws {
    try scratch.write("composed", "in/\u{e9}")
    try scratch.write("apart", "in/e\u{301}")
    let artifact = try store.put(artifact: scratch.path + "/in")
    let manifest = try #require(store.manifest(artifact.digest))
    #expect(manifest.entries.count == 2)
    #expect(manifest.entries["\u{e9}"]?.digest == Digest(of: "composed"))
    #expect(manifest.entries["e\u{301}"]?.digest == Digest(of: "apart"))
    #expect(Manifest(text: manifest.text) == manifest)
    try store.materialise(artifact, at: scratch.path + "/out")
    #expect(scratch.read("out/e\u{301}") == "apart" && scratch.read("out/\u{e9}") == "composed")
  }

  @Test func `a name that is not UTF-8 is refused`() throws {
    try makeFolder(scratch.path + "/in")
    let name = Array((scratch.path + "/in/").utf8CString.dropLast()) + [CChar(bitPattern: 0xFF), 0]
    close(open(name, O_WRONLY | O_CREAT, 0o600))
    let error = #expect(throws: Explanation.self) {
      try store.put(artifact: scratch.path + "/in")
    }
    #expect(error?.why == "Its name is not UTF-8.")
  }

  @Test func `many files are stored and brought back on all cores`() throws {
    for index in 0..<200 { try scratch.write("file \(index % 150)", "in/\(index % 7)/\(index)") }
    let artifact = try store.put(artifact: scratch.path + "/in")
    #expect(try ObjectStore(home: scratch.home).put(artifact: scratch.path + "/in") == artifact)
    try store.materialise(artifact, at: scratch.path + "/out")
    #expect(try store.put(artifact: scratch.path + "/out") == artifact)
    var left = 3
    #expect(throws: StoringGivenUp.self) {
      try scratch.write("new", "out/new")
      _ = try store.put(artifact: scratch.path + "/out") {
        left -= 1
        return left > 0
      }
    }
  }

  // MARK: Large files

  @Test func `a large file is known again after a touch, by its bytes`() throws {
    let bytes = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 9) })
    let file = scratch.path + "/large"
    try bytes.write(to: URL(filePath: file))
    let artifact = try store.put(artifact: file)
    #expect(artifact.digest == Digest(of: bytes) && artifact.size == bytes.count)
    let object = try #require(FileStamp(path: store.path(of: artifact.digest)))
    // Another file of the same bytes, and one that differs at its end.
    try bytes.write(to: URL(filePath: scratch.path + "/again"))
    #expect(try store.put(artifact: scratch.path + "/again") == artifact)
    #expect(FileStamp(path: store.path(of: artifact.digest)) == object, "nothing was written")
    var other = bytes
    other[2_999_999] ^= 1
    try other.write(to: URL(filePath: scratch.path + "/other"))
    #expect(try store.put(artifact: scratch.path + "/other").digest == Digest(of: other))
    #expect(store.verify(artifact.digest) == .whole)
    // Cut short, changed inside: the same bytes make it whole.
    for damage in ["cut", "changed"] {
      let path = store.path(of: artifact.digest)
      chmod(path, 0o600)
      if damage == "cut" {
        truncate(path, 5)
      } else {
        let handle = open(path, O_WRONLY)
        pwrite(handle, "xyz", 3, 1_000_000)
        close(handle)
      }
      #expect(store.verify(artifact.digest) == .damaged)
      utimensat(AT_FDCWD, file, nil, 0)
      try tick()
      #expect(try now.put(artifact: file) == artifact)
      #expect(store.verify(artifact.digest) == .whole, "\(damage)")
    }
  }

  // MARK: Objects

  @Test func `a damaged object is found, and not handed out when its size tells`() throws {
    let artifact = try now.put(artifact: try scratch.write("whole", "a"))
    let other = try now.put(artifact: try scratch.write("other", "b"))
    let path = store.path(of: artifact.digest)
    func damaged() throws -> [Digest] {
      try store.audit(Catalog(home: scratch.home)) { true }.faults.map(\.digest)
    }
    #expect(try damaged().isEmpty)
    chmod(path, 0o600)
    try Data("whale".utf8).write(to: URL(filePath: path))
    #expect(store.verify(artifact.digest) == .damaged && store.verify(other.digest) == .whole)
    #expect(try damaged() == [artifact.digest])
    #expect(!store.setAside(damaged: other.digest))
    // The same bytes make it whole.
    #expect(try now.put(Data("whole".utf8)) == artifact.digest)
    #expect(store.verify(artifact.digest) == .whole)
    chmod(path, 0o600)
    truncate(path, 2)
    let error = #expect(throws: DamagedObject.self) {
      try store.materialise(artifact, at: scratch.path + "/out")
    }
    #expect(error?.what == "The object \(artifact.digest.short) is missing or damaged.")
    #expect(error?.state == .damaged && store.wasSetAside(artifact.digest))
    #expect(store.verify(artifact.digest) == .missing)
  }

  @Test func `everything written is brought onto the disk, and a home that is not there is none`()
    throws
  {
    _ = try now.put(Data("x".utf8))
    try scratch.home.sync()
    try Home(folder: scratch.path + "/none").sync()
  }
}
