import CSystem
import Foundation
import Store

/// The built-in templates as they travel in the binary: the files of `Workspaces/`.
package enum EmbeddedGallery {
  package struct File: Sendable, Equatable {
    /// In `Workspaces`, such as "digits/template.yaml".
    package let path: String
    package let bytes: [UInt8]
    package let isExecutable: Bool
  }

  /// Every file, in the order of the table.
  package static let files: [File] = (0..<lathe_gallery_count()).compactMap { index in
    guard let path = lathe_gallery_path(index) else { return nil }
    let bytes = UnsafeBufferPointer(
      start: lathe_gallery_bytes(index),
      count: lathe_gallery_size(index)
    )
    return File(
      path: String(cString: path),
      bytes: Array(bytes),
      isExecutable: lathe_gallery_is_executable(index)
    )
  }

  /// The templates' names: the folders that hold a `template.yaml`.
  package static let names: [String] = files.compactMap { file in
    let parts = file.path.split(separator: "/")
    return parts.count == 2 && parts[1] == "template.yaml" ? String(parts[0]) : nil
  }.sorted()

  /// Names the content: two builds with the same files share what was unpacked.
  package static let identity: String = {
    var content = Data()
    for file in files {
      content.append(contentsOf: Array("\(file.path)\0\(file.isExecutable)\0".utf8))
      content.append(contentsOf: Array("\(file.bytes.count)\0".utf8))
      content.append(contentsOf: file.bytes)
    }
    return Digest(of: content).short
  }()

  /// The text of one file; nil when there is none.
  package static func text(_ path: String) -> String? {
    files.first { $0.path == path }.map { String(decoding: $0.bytes, as: UTF8.self) }
  }
}
