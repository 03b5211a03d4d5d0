import Crypto
import Documents
package import Foundation
import Glibc

extension ObjectStore {
  package func put(_ data: Data) throws -> Digest {
    try data.withUnsafeBytes { try put(bytes: $0) }
  }

  /// Copies a regular file into the store; one that has not changed since it was stored is not read.
  ///
  /// Throws `StoringGivenUp` as soon as `goesOn` is false, which is asked every 256 KiB.
  package func put(
    file: String,
    while goesOn: () -> Bool = { true }
  ) throws -> (digest: Digest, size: Int) {
    let source = try Source(file)
    let facts = try source.facts()
    guard facts.st_mode & S_IFMT == S_IFREG else { throw refusal(of: file) }
    let stamp = FileStamp(facts)
    if let digest = digest(ofUnchanged: stamp) { return (digest, stamp.size) }
    let time = now()
    let found = try copy(source, stamp, while: goesOn)
    // Written while it was read: what was stored is what was read, but the file is now another.
    if FileStamp(try source.facts()) == stamp {
      known.record(found.digest, of: stamp, readAt: time)
    }
    return found
  }

  /// What a file holds, by its stamp or by reading it; nothing is stored.
  package func digest(ofFile file: String) throws -> Digest {
    let source = try Source(file)
    let stamp = FileStamp(try source.facts())
    if let digest = known.digest(of: stamp) { return digest }
    let time = now()
    let (digest, _) = try ObjectStore.hash(descriptor: source.descriptor)
    if FileStamp(try source.facts()) == stamp { known.record(digest, of: stamp, readAt: time) }
    return digest
  }

  func put(bytes: UnsafeRawBufferPointer) throws -> Digest {
    let digest = Digest(of: bytes)
    if try isWhole(digest, bytes) { return digest }
    let temporary = try Temporary(in: folder)
    try temporary.write(bytes)
    try publish(temporary, as: digest)
    return digest
  }

  // MARK: Ways of copying

  /// A file up to this size is read before anything is written.
  private static let smallest = 1 << 20

  private func copy(
    _ source: borrowing Source,
    _ stamp: FileStamp,
    while goesOn: () -> Bool
  ) throws -> (digest: Digest, size: Int) {
    guard goesOn() else { throw StoringGivenUp() }
    if stamp.size < ObjectStore.smallest {
      let (read, digest) = try withUnsafeTemporaryAllocation(
        byteCount: Swift.max(stamp.size + 1, 65_536),
        alignment: 16
      ) { buffer in
        let count = try source.read(buffer, at: 0)
        let isAll = count < buffer.count
        return (count, isAll ? try put(bytes: ObjectStore.first(count, of: buffer)) : nil)
      }
      if let digest { return (digest, read) }
    }
    if let found = try compared(source, stamp, while: goesOn) { return found }
    let temporary = try Temporary(in: folder)
    let found =
      temporary.clone(source.descriptor)
      ? try ObjectStore.hash(descriptor: temporary.descriptor, while: goesOn)
      : try streamed(source, to: temporary, while: goesOn)
    // An object of this name is replaced: whatever happened to it, it is whole now.
    try publish(temporary, as: found.digest)
    known.record(found.digest, ofSize: found.size)
    return found
  }

  /// Looks whether a large file is one that is stored already, without writing it once more.
  ///
  /// It is read beside the object that it may be, up to the first byte that differs.
  private func compared(
    _ source: borrowing Source,
    _ stamp: FileStamp,
    while goesOn: () -> Bool
  ) throws -> (digest: Digest, size: Int)? {
    let guesses = [known.guess(of: stamp), known.guess(ofSize: stamp.size)].compactMap { $0 }
    guard let guess = guesses.first(where: { holds($0, size: stamp.size) }),
      let object = Source(existing: path(of: guess))
    else { return nil }
    var hash = SHA256()
    var size = 0
    let isEqual = try ObjectStore.withBuffer { ours in
      try ObjectStore.withBuffer { theirs in
        while true {
          guard goesOn() else { throw StoringGivenUp() }
          let count = try source.read(ours, at: size)
          guard try object.read(theirs, at: size) == count,
            ObjectStore.areEqual(
              ObjectStore.first(count, of: ours),
              ObjectStore.first(count, of: theirs)
            )
          else { return false }
          hash.update(bufferPointer: ObjectStore.first(count, of: ours))
          size += count
          if count < ours.count { return true }
        }
      }
    }
    // Equal bytes of another hash: the object is damaged, and the file is what it became.
    guard isEqual, Digest(hash.finalize()) == guess, keeps(guess, size: size, isRead: true) else {
      return nil
    }
    return (guess, size)
  }

  private func streamed(
    _ source: borrowing Source,
    to temporary: borrowing Temporary,
    while goesOn: () -> Bool
  ) throws -> (digest: Digest, size: Int) {
    var hash = SHA256()
    var size = 0
    try ObjectStore.withBuffer { buffer in
      while true {
        guard goesOn() else { throw StoringGivenUp() }
        let count = try source.read(buffer, at: size)
        let part = ObjectStore.first(count, of: buffer)
        hash.update(bufferPointer: part)
        try temporary.write(part)
        size += count
        if count < buffer.count { return }
      }
    }
    return (Digest(hash.finalize()), size)
  }

  static func hash(
    descriptor: Int32,
    while goesOn: () -> Bool = { true }
  ) throws -> (digest: Digest, size: Int) {
    var hash = SHA256()
    var size = 0
    try withBuffer { buffer in
      while true {
        guard goesOn() else { throw StoringGivenUp() }
        let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(size))
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { throw SystemFailure("read a file", errno) }
        if count == 0 { return }
        hash.update(bufferPointer: first(count, of: buffer))
        size += count
      }
    }
    return (Digest(hash.finalize()), size)
  }

  /// Large enough that calls do not count, small enough to stay in a core's own cache.
  static func withBuffer<Result>(
    _ body: (UnsafeMutableRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 4_096, body)
  }

  /// Whether an object is there and holds just these bytes.
  private func isWhole(_ digest: Digest, _ bytes: UnsafeRawBufferPointer) throws -> Bool {
    guard holds(digest, size: bytes.count), let object = Source(existing: path(of: digest)) else {
      return false
    }
    let isEqual = try ObjectStore.withBuffer { buffer in
      var place = 0
      while place < bytes.count {
        let count = try object.read(buffer, at: place)
        guard count > 0, place + count <= bytes.count,
          ObjectStore.areEqual(
            ObjectStore.first(count, of: buffer),
            UnsafeRawBufferPointer(rebasing: bytes[place..<(place + count)])
          )
        else { return false }
        place += count
      }
      return true
    }
    return isEqual && keeps(digest, size: bytes.count, isRead: true)
  }

  private static func areEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard a.count == b.count else { return false }
    guard let left = a.baseAddress, let right = b.baseAddress else { return true }
    return memcmp(left, right, a.count) == 0
  }

  private static func first(_ count: Int, of bytes: UnsafeMutableRawBufferPointer)
    -> UnsafeRawBufferPointer
  {
    UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[..<count])
  }

  private func publish(_ temporary: borrowing Temporary, as digest: Digest) throws {
    if isDurable { try temporary.sync() }
    known.record(digest, ofObject: FileStamp(try temporary.publish(as: path(of: digest))))
  }
}

/// Nobody waits for it any more: nothing was stored.
package struct StoringGivenUp: Explained {
  package var what: String { "It was not stored to its end." }
  package var why: String { "The step was stopped." }
  package var next: String { "" }
}
