import Documents
import Foundation
import Glibc

/// What one launch, or one output, brings into the store.
///
/// Of what a launch's code and its inputs have in common, each folder is listed once, and each file and
/// object looked at once, or read once. What was seen is one moment's view, so an intake lives no longer
/// than what it serves.
package final class Intake {
  private let store: ObjectStore
  private var listings: [FolderIdentity: FolderListing] = [:]
  private var listed = 0
  /// What is stored and stays, by the stamp that it had.
  private var taken: [FileStamp: Digest] = [:]

  /// Things in folders that are remembered, and files that are stored: about 20 MB of either.
  private static let mostListed = 100_000
  /// Fewer files are not worth a second core.
  private static let share = 512

  package init(into store: ObjectStore) { self.store = store }

  /// What lies in some folders, in their order; each is listed or fails by itself.
  ///
  /// `isKept`: they may be asked for once more.
  package func listings(
    of folders: some Sequence<String>,
    isKept: Bool
  ) throws -> [Result<FolderListing, any Error>] {
    let places = folders.enumerated().map { ($0.offset, $0.element) }
    let found = try Crew.map(places) { [listings] place, _ in
      (place.0, Result { try FolderListing(of: place.1) { listings[$0] } })
    }
    if isKept {
      for case (_, .success(let listing)) in found { keep(listing) }
    }
    return found.sorted { $0.0 < $1.0 }.map(\.1)
  }

  private func keep(_ listing: FolderListing) {
    guard listed < Intake.mostListed else { return }
    if listings.updateValue(listing, forKey: listing.identity) == nil {
      listed += listing.entries.count
    }
  }

  /// Stores a file or a folder; links inside a folder are kept as links, special files are refused.
  ///
  /// Throws `StoringGivenUp` as soon as `goesOn` is false.
  package func put(artifact path: String, while goesOn: () -> Bool = { true }) throws -> Artifact {
    var facts = stat()
    guard lstat(path, &facts) == 0 else { throw SystemFailure("read \(path)", errno) }
    switch facts.st_mode & S_IFMT {
    case S_IFREG:
      let (digest, size) = try store.put(file: path, while: goesOn)
      return Artifact(kind: .file, digest: digest, size: size)
    case S_IFDIR:
      var scan = FolderScan(path)
      try scan.addAll(self, while: goesOn)
      return try put(scan, while: goesOn)
    default: throw store.refusal(of: path)
    }
  }

  /// Stores the files of a scan as a folder with nothing else in it.
  package func put(_ scan: FolderScan) throws -> Artifact {
    try put(scan) { true }
  }

  private func put(_ scan: FolderScan, while goesOn: () -> Bool) throws -> Artifact {
    let manifest = try put(files: scan, while: goesOn)
    return Artifact(kind: .folder, digest: try store.put(manifest), size: manifest.size)
  }

  /// Those that are known by one look each, the others by reading them; both on all cores.
  private func put(files scan: FolderScan, while goesOn: () -> Bool) throws -> Manifest {
    var pairs = scan.folders.map { ($0, Manifest.Entry(kind: .folder, digest: nil, size: 0)) }
    pairs.reserveCapacity(scan.folders.count + scan.links.count + scan.files.count)
    for link in scan.links {
      let digest = try store.put(Data(link.target.utf8))
      pairs.append((link.name, .init(kind: .link, digest: digest, size: link.target.utf8.count)))
    }
    func add(_ file: FolderScan.File, _ digest: Digest, size: Int) {
      pairs.append((file.name, .init(kind: file.kind, digest: digest, size: size)))
    }
    var unseen: [FolderScan.File] = []
    for file in scan.files {
      if let digest = taken[file.stamp] {
        add(file, digest, size: file.stamp.size)
      } else {
        unseen.append(file)
      }
    }
    var unknown: [FolderScan.File] = []
    for (files, digests) in try look(at: unseen, while: goesOn) {
      for (file, digest) in zip(files, digests) {
        guard let digest else {
          unknown.append(file)
          continue
        }
        remember(file, digest)
        add(file, digest, size: file.stamp.size)
      }
    }
    // Big ones first: the last core to end is the sooner done.
    unknown.sort { $0.stamp.size > $1.stamp.size }
    let read = try Crew.map(unknown, while: goesOn) { [store] file, goesOn in
      (file, try store.put(file: scan.path(of: file), while: goesOn))
    }
    for (file, found) in read {
      // Of another size it was written since it was listed: whoever asks next reads it, too.
      if found.size == file.stamp.size { remember(file, found.digest) }
      add(file, found.digest, size: found.size)
    }
    return Manifest(Manifest.Entries(unordered: pairs))
  }

  private func remember(_ file: FolderScan.File, _ digest: Digest) {
    if taken.count < Intake.mostListed { taken[file.stamp] = digest }
  }

  /// What files are known to hold whose objects are there, by shares.
  private func look(
    at files: [FolderScan.File],
    while goesOn: () -> Bool
  ) throws -> [(ArraySlice<FolderScan.File>, [Digest?])] {
    let size = max(Intake.share, (files.count + Crew.size - 1) / Crew.size)
    let shares = stride(from: 0, to: files.count, by: size).map {
      files[$0..<min($0 + size, files.count)]
    }
    return try Crew.map(shares, while: goesOn) { [store] files, _ in
      // One for each, so that the cores do not wait for each other.
      let own = store.forManyLooks()
      return (files, files.map { own.digest(ofUnchanged: $0.stamp) })
    }
  }
}
