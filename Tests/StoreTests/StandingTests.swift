import Foundation
import Glibc
import Store
import Testing

/// Whether stored bytes are those that their names tell, as far as it is known without reading them.
struct StandingTests {
  enum Damage: CaseIterable {
    case flipped, truncated, deleted

    func happen(to path: String) {
      chmod(path, 0o600)
      switch self {
      case .flipped:
        let file = open(path, O_RDWR)
        var byte: UInt8 = 0
        pread(file, &byte, 1, 0)
        byte ^= 1
        pwrite(file, &byte, 1, 0)
        close(file)
      case .truncated: truncate(path, 1)
      case .deleted: unlink(path)
      }
    }
  }

  private let scratch: Scratch
  private var store: ObjectStore { scratch.store }

  init() throws { scratch = try Scratch() }

  private func folder() throws -> (artifact: Artifact, file: Digest) {
    try scratch.write("bytes of a file", "in/deep/file")
    try scratch.write("other bytes", "in/other")
    return (
      try store.put(artifact: scratch.path + "/in"), Digest(of: "bytes of a file")
    )
  }

  @Test(arguments: Damage.allCases)
  func `damage inside of a folder is seen without reading what is whole`(damage: Damage) throws {
    let (artifact, file) = try folder()
    var budget = 16 << 10
    #expect(store.standing(of: artifact, budget: &budget) == .whole)
    damage.happen(to: store.path(of: file))
    let state = damage == .deleted ? ObjectState.missing : .damaged
    #expect(store.standing(of: artifact) == .faulty(state))
    #expect(!store.isComplete(artifact))
    #expect(store.wasSetAside(file) == (damage != .deleted))
    #expect(store.wasDamaged(artifact) == (damage != .deleted))
    // What is damaged is kept beside, and the same bytes make it whole.
    #expect(try folder().artifact == artifact)
    #expect(store.standing(of: artifact) == .whole)
    #expect(!store.wasDamaged(artifact))
  }

  @Test(arguments: Damage.allCases)
  func `damaged bytes are not handed out`(damage: Damage) throws {
    let (artifact, file) = try folder()
    damage.happen(to: store.path(of: file))
    let error = #expect(throws: DamagedObject.self) {
      try store.materialise(artifact, at: scratch.path + "/out")
    }
    #expect(error?.digest == file && error?.path == "deep/file")
    #expect(error?.state == (damage == .deleted ? .missing : .damaged))
    #expect(store.data(file) == nil)
  }

  @Test(arguments: Damage.allCases)
  func `who does not own the home leaves what is damaged where it is`(damage: Damage) throws {
    let (artifact, file) = try folder()
    let reader = ObjectStore(home: scratch.home, setsAside: false)
    damage.happen(to: store.path(of: file))
    let state = damage == .deleted ? ObjectState.missing : .damaged
    #expect(reader.standing(of: artifact) == .faulty(state))
    let error = #expect(throws: DamagedObject.self) {
      try reader.materialise(artifact, at: scratch.path + "/out")
    }
    #expect(error?.state == state && error?.isAside == false)
    #expect(reader.contains(file) == (damage != .deleted) && !reader.wasSetAside(file))
    #expect(reader.damaged(file).state == state)
    // The owner of the home does move it.
    #expect(store.damaged(file).isAside == (damage != .deleted))
  }

  @Test func `what was touched is read, as far as the budget goes`() throws {
    let text = String(repeating: "x", count: 100_000)
    let digest = try store.put(Data(text.utf8))
    let artifact = Artifact(kind: .file, digest: digest, size: text.utf8.count)
    var times = [timespec(tv_sec: 1_000, tv_nsec: 0), timespec(tv_sec: 1_000, tv_nsec: 0)]
    utimensat(AT_FDCWD, store.path(of: digest), &times, 0)
    var budget = 50_000
    #expect(store.standing(of: artifact, budget: &budget) == .unknown)
    budget = 200_000
    #expect(store.standing(of: artifact, budget: &budget) == .whole && budget < 100_000)
    // It was read a moment ago.
    budget = 50_000
    #expect(store.standing(of: artifact, budget: &budget) == .whole)
  }

  @Test func `what is made young again is still known to be whole`() throws {
    let file = try scratch.write(String(repeating: "y", count: 100_000), "file")
    let artifact = try store.put(artifact: file)
    let path = store.path(of: artifact.digest)
    var times = [timespec(tv_sec: 1_000, tv_nsec: 0), timespec(tv_sec: 1_000, tv_nsec: 0)]
    utimensat(AT_FDCWD, path, &times, 0)
    // Its time was set by somebody else: it is read, and known again.
    #expect(store.standing(of: artifact) == .whole)
    store.renew(artifact)
    var facts = stat()
    #expect(stat(path, &facts) == 0 && facts.st_mtim.tv_sec > 1_000)
    var budget = 50_000
    #expect(store.standing(of: artifact, budget: &budget) == .whole)
  }

  @Test(arguments: [100, 2_000_000])
  func `a file that is stored again makes a damaged object whole`(size: Int) throws {
    let store = ObjectStore(home: scratch.home, isDurable: false) { FileStamp.now + 10_000_000_000 }
    let file = try scratch.write(String(repeating: "z", count: size), "file")
    let artifact = try store.put(artifact: file)
    Damage.flipped.happen(to: store.path(of: artifact.digest))
    // The file itself is known by its stamp, and is read nevertheless.
    #expect(try store.put(artifact: file) == artifact)
    #expect(store.verify(artifact.digest) == .whole)
  }
}
