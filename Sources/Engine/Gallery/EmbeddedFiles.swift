import CSystem
import Foundation
import Store

/// What travels in the binary: the gallery's templates and the Python module.
package enum EmbeddedFiles {
  package struct File: Sendable, Equatable {
    /// Such as "Workspaces/digits/template.yaml".
    package let path: String
    package let bytes: [UInt8]
    package let isExecutable: Bool
  }

  /// Every file, in the order of the table.
  package static let all: [File] = (0..<lathe_embedded_count()).compactMap { index in
    guard let path = lathe_embedded_path(index) else { return nil }
    let bytes = UnsafeBufferPointer(
      start: lathe_embedded_bytes(index),
      count: lathe_embedded_size(index)
    )
    return File(
      path: String(cString: path),
      bytes: Array(bytes),
      isExecutable: lathe_embedded_is_executable(index)
    )
  }

  /// The files below a folder, by their paths in it.
  static func below(_ folder: String) -> [File] {
    all.filter { $0.path.hasPrefix(folder + "/") }.map { file in
      File(
        path: String(file.path.dropFirst(folder.count + 1)),
        bytes: file.bytes,
        isExecutable: file.isExecutable
      )
    }
  }

  /// Names the content: two builds with the same files share what was unpacked.
  package static let identity: String = {
    var content = Data()
    for file in all {
      content.append(contentsOf: Array("\(file.path)\0\(file.isExecutable)\0".utf8))
      content.append(contentsOf: Array("\(file.bytes.count)\0".utf8))
      content.append(contentsOf: file.bytes)
    }
    return Digest(of: content).short
  }()
}
