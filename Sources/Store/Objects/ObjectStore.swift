import Documents
package import Foundation
import Glibc

/// The content-addressed objects of a home: written once, named by their SHA-256, never modified.
///
/// Several processes may write at once: an object comes to be by rename, and equal names mean equal
/// bytes. Files that have not changed since they were stored are known by their stamps.
package struct ObjectStore: Sendable {
  package let folder: String
  /// Whether an object is on the disk, not only in the system's memory, when `put` returns.
  package let isDurable: Bool
  /// Whether a damaged object is moved aside where it is found; whoever does not own the home leaves it.
  package let setsAside: Bool
  let known: StatCache
  /// The folder, opened: looks from there are shorter; nil where a store may outlive it.
  private let opened: OpenFolder?

  /// Nanoseconds since 1970: how old a file is when it is read.
  let now: @Sendable () -> Int64

  package init(
    home: Home,
    isDurable: Bool = true,
    setsAside: Bool = true,
    now: @escaping @Sendable () -> Int64 = { FileStamp.now }
  ) {
    self.now = now
    folder = home.objects
    self.isDurable = isDurable
    self.setsAside = setsAside
    known = StatCache(path: home.knownFiles)
    opened = nil
  }

  /// The same store for a thread that looks at many things now, beside others.
  func forManyLooks() -> Self { Self(manyLooksAt: self) }

  private init(manyLooksAt other: Self) {
    folder = other.folder
    isDurable = other.isDurable
    setsAside = other.setsAside
    now = other.now
    known = StatCache(path: other.known.path, memory: 1024)
    opened = OpenFolder(other.folder)
  }

  package func path(of digest: Digest) -> String {
    let hex = digest.hex
    return "\(folder)/\(hex.prefix(2))/\(hex.dropFirst(2))"
  }

  package func contains(_ digest: Digest) -> Bool { size(of: digest) != nil }

  /// The bytes that an object has; nil when it is not there.
  package func size(of digest: Digest) -> Int? {
    var facts = stat()
    guard withPath(of: digest, { fstatat($0, $1, &facts, 0) }) == 0 else { return nil }
    return Int(facts.st_size)
  }

  /// The bytes of an object, up to `limit`; nil when it is not there, larger, or damaged.
  package func data(_ digest: Digest, limit: Int = 64 << 20) -> Data? {
    guard let size = size(of: digest), size <= limit,
      let data = try? Data(contentsOf: URL(filePath: path(of: digest))),
      Digest(of: data) == digest
    else { return nil }
    return data
  }

  /// The manifest of a stored folder; nil when it is not there or damaged, but for that of nothing, which is known.
  package func manifest(_ digest: Digest) -> Manifest? {
    // Most often asked for: that of no code.
    if digest == Manifest.emptyDigest { return Manifest() }
    return data(digest, limit: 1 << 30)?.withUnsafeBytes { Manifest(bytes: $0) }
  }

  /// Whether an object is there whole: a lost machine may leave one cut short, which is then replaced.
  func holds(_ digest: Digest, size: Int) -> Bool { self.size(of: digest) == size }

  /// Whether an object is there whole, as its stamp tells, and stays: it is young from here on, so that
  /// no sweep takes it before something refers to it.
  ///
  /// `isRead`: its bytes were just found to be those that its name tells.
  func keeps(_ digest: Digest, size: Int, isRead: Bool = false) -> Bool {
    let isThere = withPath(of: digest) { folder, path in
      var facts = stat()
      guard fstatat(folder, path, &facts, AT_SYMLINK_NOFOLLOW) == 0, Int(facts.st_size) == size
      else { return false }
      let stamp = FileStamp(facts)
      guard isRead || known.digest(of: stamp) == digest else { return false }
      return renew(folder, path, stamp, digest, isRead: isRead)
    }
    return isThere == true
  }

  /// Makes an object young; one that is damaged is not called whole by it.
  func renew(_ digest: Digest) {
    _ = withPath(of: digest) { folder, path in
      var facts = stat()
      guard fstatat(folder, path, &facts, AT_SYMLINK_NOFOLLOW) == 0 else { return }
      let stamp = FileStamp(facts)
      if known.digest(of: stamp) == digest {
        _ = renew(folder, path, stamp, digest, isRead: false)
      } else if ObjectStore.isAging(stamp) {
        utimensat(folder, path, nil, 0)
      }
    }
  }

  /// Makes a whole object young, where it is not: its stamp changes, and is known as the old one was.
  private func renew(
    _ folder: Int32,
    _ path: UnsafePointer<CChar>,
    _ stamp: FileStamp,
    _ digest: Digest,
    isRead: Bool
  ) -> Bool {
    guard ObjectStore.isAging(stamp) else {
      if isRead { known.record(digest, ofObject: stamp) }
      return true
    }
    var facts = stat()
    guard utimensat(folder, path, nil, 0) == 0,
      fstatat(folder, path, &facts, AT_SYMLINK_NOFOLLOW) == 0
    else { return false }
    known.record(digest, ofObject: FileStamp(facts))
    return true
  }

  private static func isAging(_ stamp: FileStamp) -> Bool {
    Double(time(nil)) - Double(stamp.modified) / 1e9 >= ObjectStore.grace / 2
  }

  /// Calls with the path of an object, and what it is relative to, without making a text of it.
  func withPath<Result>(
    of digest: Digest,
    _ body: (Int32, UnsafePointer<CChar>) -> Result
  ) -> Result? {
    withUnsafeTemporaryAllocation(byteCount: folder.utf8.count + 67, alignment: 1) { bytes in
      // FOLDER/ab/cdef...: the digits are written behind the place of the second slash, and the first
      // two of them brought before it.
      let end = folder.utf8.count
      bytes.copyBytes(from: folder.utf8)
      digest.write(hex: UnsafeMutableRawBufferPointer(rebasing: bytes[(end + 2)...]))
      bytes[end] = 47
      bytes[end + 1] = bytes[end + 2]
      bytes[end + 2] = bytes[end + 3]
      bytes[end + 3] = 47
      bytes[end + 66] = 0
      return bytes.withMemoryRebound(to: CChar.self) { path in
        path.baseAddress.map { start in
          if let opened { body(opened.descriptor, start + end + 1) } else { body(AT_FDCWD, start) }
        }
      }
    }
  }

  /// Why an object cannot be taken; one that is damaged is moved aside, where this store does so.
  package func damaged(_ digest: Digest) -> DamagedObject {
    let isAside = setAside(damaged: digest) || wasSetAside(digest)
    return DamagedObject(
      digest: digest,
      state: isAside || verify(digest) == .damaged ? .damaged : .missing,
      isAside: isAside,
      place: path(of: digest)
    )
  }
}

/// A folder that is open as long as this is held.
final class OpenFolder: Sendable {
  let descriptor: Int32

  /// Nil where there is none.
  init?(_ path: String) {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
  }

  deinit { close(descriptor) }
}
