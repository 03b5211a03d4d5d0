import Foundation
import Glibc
import Store
import Testing

/// What is removed with all that is in it.
struct FolderRemovalTests {
  private let scratch: Scratch
  private var folder: String { scratch.path + "/gone" }

  init() throws {
    scratch = try Scratch()
    try makeFolder(folder)
  }

  private var isGone: Bool { access(folder, F_OK) != 0 }

  @Test func `links are removed and what they lead to stays`() throws {
    try scratch.write("mine", "mine/file")
    symlink(scratch.path + "/mine", folder + "/folder")
    symlink(scratch.path + "/mine/file", folder + "/file")
    symlink("nowhere", folder + "/broken")
    try removeTree(folder)
    #expect(isGone && scratch.read("mine/file") == "mine")
    symlink(scratch.path + "/mine", folder)
    try removeTree(folder)
    #expect(scratch.read("mine/file") == "mine")
  }

  @Test func `a folder that is deeper than a path may be long is removed`() throws {
    let name = String(repeating: "d", count: 200)
    var place = open(folder, O_RDONLY | O_DIRECTORY)
    for _ in 0..<100 {
      #expect(mkdirat(place, name, 0o700) == 0)
      let file = openat(place, "file", O_CREAT | O_WRONLY, 0o600)
      close(file)
      let next = openat(place, name, O_RDONLY | O_DIRECTORY)
      close(place)
      place = next
    }
    close(place)
    try removeTree(folder)
    #expect(isGone)
  }

  @Test func `names that are no text, and such as it gives itself, are removed`() throws {
    let place = open(folder, O_RDONLY | O_DIRECTORY)
    for name in [[0xff, 0xfe, 0], [46, 49, 0], [46, 50, 0]] as [[UInt8]] {
      let bytes = name.map(CChar.init(bitPattern:))
      #expect(mkdirat(place, bytes, 0o700) == 0)
      let inner = openat(place, bytes, O_RDONLY | O_DIRECTORY)
      for inside in [".1", ".2", ".3"] {
        #expect(mkdirat(inner, inside, 0o700) == 0)
        let file = openat(inner, inside + "/" + inside, O_CREAT | O_WRONLY, 0o600)
        close(file)
      }
      close(inner)
    }
    close(place)
    try scratch.write("x", "gone/.4")
    try removeTree(folder)
    #expect(isGone)
  }

  @Test func `what its owner may not write is removed as well`() throws {
    try scratch.write("x", "gone/a/b/c/d")
    for path in ["/a/b/c", "/a/b", "/a", ""] { chmod(folder + path, 0o500) }
    try removeTree(folder)
    #expect(isGone)
  }

  @Test func `files and what is not there are fine`() throws {
    let file = try scratch.write("x", "gone/file")
    try removeTree(file)
    try removeTree(file)
    #expect(!isGone)
  }
}
