import Foundation
import Glibc
import Store
import Testing

/// The file behind the cache: shared, damaged, full, missing.
struct StatCacheTests {
  private let scratch: Scratch
  private var path: String { scratch.path + "/cache" }

  init() throws { scratch = try Scratch() }

  private static func stamp(_ inode: UInt64, changed: Int64 = 1) -> FileStamp? {
    // Only the file system makes stamps; the tests read them as the wire has them.
    let json = """
      {"device":7,"inode":\(inode),"size":3,"modified":1,"changed":\(changed)}
      """
    return try? JSONDecoder().decode(FileStamp.self, from: Data(json.utf8))
  }

  private static let later: Int64 = 10_000_000_000

  @Test func `ten thousand files are kept, also for another process`() throws {
    let cache = StatCache(path: path)
    for inode in 1...10_000 {
      let stamp = try #require(Self.stamp(UInt64(inode)))
      cache.record(Digest(of: "\(inode)"), of: stamp, readAt: Self.later)
    }
    let other = StatCache(path: path)
    var missed = 0
    for inode in 1...10_000 {
      let stamp = try #require(Self.stamp(UInt64(inode)))
      let found = other.digest(of: stamp)
      if found == nil { missed += 1 } else { #expect(found == Digest(of: "\(inode)")) }
      let changed = try #require(Self.stamp(UInt64(inode), changed: 2))
      #expect(other.digest(of: changed) == nil)
    }
    #expect(missed < 200)
    // What another one records is seen where the page was not read yet.
    let stamp = try #require(Self.stamp(1 << 40))
    cache.record(Digest(of: "new"), of: stamp, readAt: Self.later)
    #expect(other.digest(of: stamp) == Digest(of: "new"))
  }

  @Test(arguments: [1, 2, 7, 1024])
  func `however many pages are kept in mind, the same is known`(memory: Int) throws {
    var generator = Seeded(state: UInt64(memory))
    let cache = StatCache(path: path, memory: memory)
    var known: [UInt64: String] = [:]
    for round in 0..<3_000 {
      // Some 60 pages, each asked for now and then.
      let inode = UInt64.random(in: 1...1_000, using: &generator)
      let stamp = try #require(Self.stamp(inode))
      if Bool.random(using: &generator) {
        known[inode] = "\(round)"
        cache.record(Digest(of: "\(round)"), of: stamp, readAt: Self.later + Int64(round))
      } else {
        #expect(cache.digest(of: stamp) == known[inode].map { Digest(of: $0) })
      }
    }
    let other = StatCache(path: path)
    for (inode, text) in known {
      #expect(other.digest(of: try #require(Self.stamp(inode))) == Digest(of: text))
    }
  }

  @Test func `a cache that cannot be opened now is not replaced`() throws {
    let stamp = try #require(Self.stamp(77))
    StatCache(path: path).record(Digest(of: "x"), of: stamp, readAt: Self.later)
    // A folder in its way is none of its format; a path through a file cannot be opened at all.
    let through = StatCache(path: path + "/inner")
    through.record(Digest(of: "y"), of: stamp, readAt: Self.later)
    #expect(through.digest(of: stamp) == nil)
    #expect(StatCache(path: path).digest(of: stamp) == Digest(of: "x"))
  }

  @Test func `more files than there is room for push the oldest out`() throws {
    let cache = StatCache(path: path)
    // One page has 42 places, and these are its only files.
    var stamps: [FileStamp] = []
    for size in 0..<60 {
      let json = """
        {"device":7,"inode":32,"size":\(size),"modified":1,"changed":1}
        """
      stamps.append(try JSONDecoder().decode(FileStamp.self, from: Data(json.utf8)))
    }
    for (index, stamp) in stamps.enumerated() {
      cache.record(Digest(of: "\(index)"), of: stamp, readAt: Self.later + Int64(index))
    }
    // One file has one place: its newest stamp.
    #expect(stamps.dropLast().allSatisfy { cache.digest(of: $0) == nil })
    #expect(cache.digest(of: stamps[59]) == Digest(of: "59"))
  }

  @Test func `a damaged file counts as empty, and no bytes of it are believed`() throws {
    let stamp = try #require(Self.stamp(77))
    StatCache(path: path).record(Digest(of: "x"), of: stamp, readAt: Self.later)
    let bytes = try Data(contentsOf: URL(filePath: path), options: .alwaysMapped)
    let page = stride(from: 4_096, to: bytes.count, by: 4_096).first { bytes[$0] != 0 }
    let offset = try #require(page)
    var generator = Seeded(state: 3)
    for _ in 0..<200 {
      let handle = open(path, O_WRONLY)
      let place = offset + Int.random(in: 0..<88, using: &generator)
      let old = bytes[place]
      var new = UInt8.random(in: 0...255, using: &generator)
      if new == old { new &+= 1 }
      pwrite(handle, &new, 1, off_t(place))
      #expect(StatCache(path: path).digest(of: stamp) == nil)
      var back = old
      pwrite(handle, &back, 1, off_t(place))
      close(handle)
    }
    #expect(StatCache(path: path).digest(of: stamp) == Digest(of: "x"))
  }

  @Test(arguments: ["", "garbage", "lathe stat cache 0\n", String(repeating: "x", count: 9_000)])
  func `what is no cache is replaced`(text: String) throws {
    try scratch.write(text, "cache")
    let stamp = try #require(Self.stamp(5))
    let cache = StatCache(path: path)
    #expect(cache.digest(of: stamp) == nil)
    cache.record(Digest(of: "x"), of: stamp, readAt: Self.later)
    #expect(StatCache(path: path).digest(of: stamp) == Digest(of: "x"))
  }

  @Test func `where nothing can be written nothing is remembered, and nothing fails`() throws {
    let stamp = try #require(Self.stamp(5))
    let cache = StatCache(path: scratch.path + "/none/cache")
    cache.record(Digest(of: "x"), of: stamp, readAt: Self.later)
    #expect(cache.digest(of: stamp) == nil)
    // Cut short while it is open.
    let open = StatCache(path: path)
    open.record(Digest(of: "x"), of: stamp, readAt: Self.later)
    truncate(path, 100)
    let other = try #require(Self.stamp(1 << 30))
    #expect(open.digest(of: other) == nil)
  }

  @Test func `several writers at once do no harm`() async throws {
    let path = path
    await withTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          let cache = StatCache(path: path)
          for inode in 0..<500 {
            guard let stamp = Self.stamp(UInt64(inode)) else { continue }
            cache.record(Digest(of: "\(inode)"), of: stamp, readAt: Self.later + Int64(writer))
            if let found = cache.digest(of: stamp) { #expect(found == Digest(of: "\(inode)")) }
          }
        }
      }
    }
    let cache = StatCache(path: path)
    var found = 0
    for inode in 0..<500 {
      guard let stamp = Self.stamp(UInt64(inode)), let digest = cache.digest(of: stamp) else {
        continue
      }
      found += 1
      #expect(digest == Digest(of: "\(inode)"))
    }
    #expect(found > 400)
  }
}
