package import Store

/// The Python module `lathe` as it travels in the binary: what a step imports without installing it.
package enum EmbeddedModule {
  /// Every file, by its path in the folder that is put on a step's module path.
  package static let files = EmbeddedFiles.below("python")

  /// Unpacks the module once per content.
  ///
  /// - Parameter home: made when it is missing.
  /// - Returns: the folder to be put on a step's module path.
  /// - Throws: an `Explanation` that names the path that cannot be written.
  package static func unpack(in home: Home) throws -> String {
    try EmbeddedFiles.unpack(in: home) + "/python"
  }

  /// A module path with the module's folder last, so that whatever the user has comes first.
  static func path(after own: String?, folder: String) -> String {
    guard let own, !own.isEmpty else { return folder }
    return own + ":" + folder
  }
}
