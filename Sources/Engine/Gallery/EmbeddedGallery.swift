package import Store

/// The built-in templates as they travel in the binary: the files of `Workspaces/`.
package enum EmbeddedGallery {
  /// Every file, by its path in `Workspaces`, such as "digits/template.yaml".
  package static let files = EmbeddedFiles.below("Workspaces")

  /// The templates' names: the folders that hold a `template.yaml`.
  package static let names: [String] = files.compactMap { file in
    let parts = file.path.split(separator: "/")
    return parts.count == 2 && parts[1] == "template.yaml" ? String(parts[0]) : nil
  }.sorted()

  /// The text of one file; nil when there is none.
  package static func text(_ path: String) -> String? {
    files.first { $0.path == path }.map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  /// Where the built-in templates lie once they are unpacked in a home.
  package static func folder(in home: Home) -> String {
    EmbeddedFiles.folder(in: home) + "/Workspaces"
  }

  /// Unpacks the built-in templates once per content.
  ///
  /// - Parameter home: made when it is missing.
  /// - Returns: the folder with one folder a template.
  /// - Throws: an `Explanation` that names the path that cannot be written.
  @discardableResult
  package static func unpack(in home: Home) throws -> String {
    try EmbeddedFiles.unpack(in: home) + "/Workspaces"
  }
}
