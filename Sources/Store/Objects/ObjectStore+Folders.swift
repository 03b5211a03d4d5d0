import Documents
import Foundation
import Glibc

extension ObjectStore {
  /// Stores a file or a folder; links inside a folder are kept as links, special files are refused.
  ///
  /// Throws `StoringGivenUp` as soon as `goesOn` is false.
  package func put(
    artifact path: String,
    while goesOn: () -> Bool = { true }
  ) throws -> Artifact {
    var facts = stat()
    guard lstat(path, &facts) == 0 else { throw SystemFailure("read \(path)", errno) }
    switch facts.st_mode & S_IFMT {
    case S_IFREG:
      let (digest, size) = try put(file: path, while: goesOn)
      return Artifact(kind: .file, digest: digest, size: size)
    case S_IFDIR:
      var scan = FolderScan()
      try scan.add(folder: path, prefix: "", while: goesOn)
      let manifest = try store(scan, while: goesOn)
      return Artifact(kind: .folder, digest: try put(manifest), size: manifest.size)
    default: throw refusal(of: path)
    }
  }

  /// Stores some files of a folder and the manifest that lists them.
  ///
  /// A link that is named itself counts as what it leads to.
  package func put(paths: [String], in root: String) throws -> Manifest {
    var scan = FolderScan()
    for path in paths {
      let full = root + "/" + path
      guard let real = realpath(full, nil) else { throw SystemFailure("read \(full)", errno) }
      defer { free(real) }
      try scan.add(path: String(cString: real), name: path)
    }
    let manifest = try store(scan) { true }
    _ = try put(manifest)
    return manifest
  }

  func refusal(of path: String) -> Explanation {
    Explanation(
      what: "\(path) is neither a file nor a folder.",
      why: "Links and devices are not stored.",
      next: "Write the content itself there."
    )
  }

  private func put(_ manifest: Manifest) throws -> Digest {
    try manifest.bytes.withUnsafeBytes { try put(bytes: $0) }
  }

  /// Stores the files of a scan: those that are known by one look each, the others on all cores.
  private func store(_ scan: FolderScan, while goesOn: () -> Bool) throws -> Manifest {
    var pairs = scan.others
    pairs.reserveCapacity(scan.others.count + scan.files.count)
    for (path, target) in scan.links {
      let digest = try put(Data(target.utf8))
      pairs.append((path, .init(kind: .link, digest: digest, size: target.utf8.count)))
    }
    var unknown: [FolderScan.File] = []
    for file in scan.files {
      if let digest = known.digest(of: file.stamp), keeps(digest, size: file.stamp.size) {
        pairs.append((file.name, .init(kind: file.kind, digest: digest, size: file.stamp.size)))
      } else {
        unknown.append(file)
      }
    }
    // Big ones first: the last core to end is the sooner done.
    unknown.sort { $0.stamp.size > $1.stamp.size }
    pairs += try Crew.map(unknown, while: goesOn) { file, goesOn in
      let (digest, size) = try put(file: file.path, while: goesOn)
      return (file.name, .init(kind: file.kind, digest: digest, size: size))
    }
    return Manifest(Manifest.Entries(unordered: pairs))
  }
}
