import Documents

extension ObjectStore {
  /// Stores a file or a folder; links inside a folder are kept as links, special files are refused.
  ///
  /// Throws `StoringGivenUp` as soon as `goesOn` is false.
  package func put(
    artifact path: String,
    while goesOn: () -> Bool = { true }
  ) throws -> Artifact {
    try Intake(into: self).put(artifact: path, while: goesOn)
  }

  package func put(_ manifest: Manifest) throws -> Digest {
    try manifest.bytes.withUnsafeBytes { try put(bytes: $0) }
  }

  /// What a file holds that has not changed since it was stored, when its object is there and stays.
  func digest(ofUnchanged stamp: FileStamp) -> Digest? {
    guard let digest = known.digest(of: stamp), keeps(digest, size: stamp.size) else { return nil }
    return digest
  }

  func refusal(of path: String) -> Explanation {
    Explanation(
      what: "\(path) is neither a file nor a folder.",
      why: "Links and devices are not stored.",
      next: "Write the content itself there."
    )
  }
}
