import Documents
import Foundation
import Glibc
import Store
import Testing

struct ObjectStoreTests {
  private let scratch: Scratch
  private var store: ObjectStore { scratch.store }

  init() throws { scratch = try Scratch() }

  @Test func `a folder comes back as it was stored`() throws {
    try scratch.write("one", "in/a.txt")
    let script = try scratch.write("#!/bin/sh", "in/sub/run.sh")
    chmod(script, 0o755)
    try makeFolder(scratch.path + "/in/empty/inner")
    symlink("../a.txt", scratch.path + "/in/sub/link")
    symlink("/nowhere", scratch.path + "/in/dangling")
    for name in ["line\nbreak", "back\\slash", "\r\nboth", "\u{301}accent", " blank ", "🎉", "-x"] {
      try scratch.write(name, "in/odd/" + name)
    }
    let artifact = try store.put(artifact: scratch.path + "/in")
    let manifest = try #require(store.manifest(artifact.digest))
    #expect(Manifest(text: manifest.text) == manifest)
    #expect(manifest.entries["sub/run.sh"]?.kind == .executable)
    #expect(manifest.entries["empty/inner"]?.kind == .folder)
    #expect(manifest.entries["sub/link"]?.kind == .link)
    #expect(artifact.size == manifest.size)
    try store.materialise(artifact, at: scratch.path + "/out")
    #expect(try store.put(artifact: scratch.path + "/out") == artifact)
    #expect(scratch.read("out/odd/line\nbreak") == "line\nbreak")
    #expect(access(scratch.path + "/out/sub/run.sh", X_OK) == 0)
  }

  @Test func `equal content is one object, whatever its name`() throws {
    try scratch.write("same", "a")
    try scratch.write("same", "b")
    let first = try store.put(artifact: scratch.path + "/a")
    #expect(try store.put(artifact: scratch.path + "/b") == first)
    #expect(try store.put(Data("same".utf8)) == first.digest)
    #expect(first.digest == Digest(of: "same"))
    #expect(store.data(first.digest) == Data("same".utf8))
    #expect(store.data(first.digest, limit: 3) == nil)
    #expect(store.data(Digest(of: "other")) == nil)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: scratch.home.objects + "/tmp").isEmpty
    )
  }

  @Test func `an object that was cut short is written anew`() throws {
    let digest = try store.put(Data("whole".utf8))
    truncate(store.path(of: digest), 2)
    #expect(try store.put(Data("whole".utf8)) == digest)
    #expect(store.data(digest) == Data("whole".utf8))
    truncate(store.path(of: digest), 0)
    try scratch.write("whole", "file")
    _ = try store.put(file: scratch.path + "/file")
    #expect(store.data(digest) == Data("whole".utf8))
  }

  @Test func `many writers of the same bytes leave one object`() async throws {
    let store = store
    let bytes = Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0) })
    let digests = try await withThrowingTaskGroup(of: Digest.self) { group in
      for _ in 0..<16 { group.addTask { try store.put(bytes) } }
      return try await group.reduce(into: Set<Digest>()) { $0.insert($1) }
    }
    #expect(digests == [Digest(of: bytes)])
    #expect(store.data(Digest(of: bytes)) == bytes)
  }

  @Test func `what is neither file nor folder is refused`() throws {
    symlink("/etc", scratch.path + "/link")
    mkfifo(scratch.path + "/pipe", 0o600)
    try makeFolder(scratch.path + "/in")
    mkfifo(scratch.path + "/in/pipe", 0o600)
    for name in ["link", "pipe", "in"] {
      #expect(throws: Explanation.self) { try store.put(artifact: scratch.path + "/" + name) }
    }
    #expect(throws: SystemFailure.self) { try store.put(artifact: scratch.path + "/none") }
  }

  @Test func `a file is copied and the store's own stays as it is`() throws {
    let file = try scratch.write("data", "file")
    let artifact = try store.put(artifact: file)
    try store.materialise(artifact, at: scratch.path + "/copy")
    try Data("changed".utf8).write(to: URL(filePath: scratch.path + "/copy"))
    #expect(store.data(artifact.digest) == Data("data".utf8))
    // What is there already is not written over.
    #expect(throws: SystemFailure.self) {
      try store.materialise(artifact, at: scratch.path + "/copy")
    }
  }

  @Test func `code is stored by what its links lead to`() throws {
    try scratch.write("shared", "elsewhere/config")
    try makeFolder(scratch.path + "/in")
    symlink("../elsewhere/config", scratch.path + "/in/config")
    var scan = FolderScan(scratch.path + "/in")
    try scan.add(named: "config")
    let stored = try Intake(into: store).put(scan)
    let manifest = try #require(store.manifest(stored.digest))
    #expect(manifest.entries["config"]?.kind == .file)
    #expect(manifest.entries["config"]?.digest == Digest(of: "shared"))
  }

  @Test func `nothing is written through a link`() throws {
    try makeFolder(scratch.path + "/victim")
    try makeFolder(scratch.path + "/out")
    let target = try store.put(Data((scratch.path + "/victim").utf8))
    let file = try store.put(Data("evil".utf8))
    let hostile = [
      Manifest([
        "a": .init(kind: .link, digest: target, size: 1),
        "a/evil": .init(kind: .file, digest: file, size: 4),
      ]),
      Manifest([
        "b": .init(kind: .link, digest: target, size: 1),
        "b/evil": .init(kind: .link, digest: file, size: 4),
      ]),
      Manifest([
        "c": .init(kind: .link, digest: target, size: 1),
        "c/evil": .init(kind: .folder, digest: nil, size: 0),
      ]),
    ]
    for manifest in hostile {
      #expect(throws: (any Error).self) {
        try store.materialise(manifest, in: scratch.path + "/out")
      }
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/victim").isEmpty
    )
  }

  @Test(
    arguments: [
      "", "lathe manifest 2\n", "lathe manifest 1", "lathe manifest 1\nfile\n",
      "lathe manifest 1\nfile - 0 a\n", "lathe manifest 1\nfile \(Self.hex) x a\n",
      "lathe manifest 1\nfile \(Self.hex) -1 a\n", "lathe manifest 1\npipe \(Self.hex) 0 a\n",
      "lathe manifest 1\nfile \(Self.hex) 0 ../a\n", "lathe manifest 1\nfile \(Self.hex) 0 /a\n",
      "lathe manifest 1\nfile \(Self.hex) 0 a/../../b\n",
      "lathe manifest 1\nfile \(Self.hex) 0 a//b\n", "lathe manifest 1\nfile \(Self.hex) 0 a/./b\n",
      "lathe manifest 1\nfile \(Self.hex) 0 a\\x\n", "lathe manifest 1\nfile \(Self.hex) 0 a\0b\n",
      "lathe manifest 1\nfile \(Self.hex) 0 ../\u{301}a\n",
      "lathe manifest 1\nfile \(Self.hex) 0 /\u{301}a\n",
      "lathe manifest 1\nfile \(Self.hex.uppercased()) 0 a\n",
    ]
  )
  func `a manifest is refused`(text: String) {
    #expect(Manifest(text: text) == nil)
  }

  private static let hex = Digest(of: "x").hex

  @Test func `a damaged manifest is one clear error`() throws {
    let digest = try store.put(Data("no manifest".utf8))
    let artifact = Artifact(kind: .folder, digest: digest, size: 0)
    let error = #expect(throws: DamagedObject.self) {
      try store.materialise(artifact, at: scratch.path + "/out")
    }
    #expect(error?.what == "The object \(digest.short) is missing or damaged.")
  }

  @Test func `any manifest's text is read back as it was`() {
    var generator = Seeded(state: 7)
    let letters = Array("ab/\\\n\r \t.é🎉\u{301}\u{200D}".unicodeScalars)
    for _ in 0..<500 {
      var entries: [String: Manifest.Entry] = [:]
      for _ in 0..<Int.random(in: 0..<6, using: &generator) {
        var path = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 1..<8, using: &generator) {
          if let scalar = letters.randomElement(using: &generator) { path.append(scalar) }
        }
        guard Manifest.isInside(String(path)) else { continue }
        entries[String(path)] = .init(kind: .file, digest: Digest(of: "x"), size: 3)
      }
      let manifest = Manifest(entries)
      #expect(Manifest(text: manifest.text) == manifest, "\(manifest.text.debugDescription)")
    }
  }

  @Test(arguments: ["", "x", String(repeating: "a", count: 63), String(repeating: "A", count: 64)])
  func `a digest is 64 lower-case digits`(text: String) {
    #expect(Digest(hex: text) == nil)
    #expect(throws: (any Error).self) {
      try JSONDecoder().decode([Digest].self, from: JSONEncoder().encode([text]))
    }
  }

  @Test func `the digest is SHA-256`() {
    // FIPS 180-2, appendix B.1.
    let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(Digest(of: "abc").hex == hex)
  }
}

/// SplitMix64, for the same numbers in every run.
///
/// Source: Steele et al., OOPSLA 2014.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
