import Foundation
import Glibc
import Store

/// The Python files that a script's processes have really loaded, as the Python module tells them.
enum LoadedModules {
  static let ending = ".modules"
  private static let largest = 4 << 20

  /// Reads and removes what the processes of an attempt have written; none where nobody has.
  static func take(from attempt: AttemptFolder) -> [String] {
    guard let stream = opendir(attempt.sdk) else { return [] }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(ending) { names.append(name) }
    }
    closedir(stream)
    guard !names.isEmpty else { return [] }
    var paths: Set<String> = []
    var left = largest
    for name in names.sorted() {
      let path = attempt.sdk + "/" + name
      // A fifo, or a link to elsewhere, is none of the module's.
      let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      if file >= 0 {
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        let data = (try? handle.read(upToCount: left)) ?? Data()
        left -= data.count
        // A line without its end was being written when its process was killed.
        let lines = String(decoding: data, as: UTF8.self).split(
          separator: "\n",
          omittingEmptySubsequences: false
        )
        paths.formUnion(lines.dropLast().map(String.init))
      }
      unlink(path)
      if left <= 0 { break }
    }
    rmdir(attempt.sdk)
    return paths.sorted()
  }

  /// Those that lie in the instance's folder and are not in the code, or hold something else than there.
  ///
  /// The paths that come back are relative to the folder. What is installed in an environment counts by
  /// that.
  static func missed(
    _ paths: [String],
    in folder: String,
    by code: Manifest,
    digest: (String) -> Digest?
  ) -> [String] {
    let real = realpath(folder, nil).map { pointer in
      defer { free(pointer) }
      return String(cString: pointer)
    }
    let root = (real ?? folder) + "/"
    return paths.compactMap { path in
      guard path.hasPrefix(root), !path.contains("/site-packages/") else { return nil }
      let name = String(path.dropFirst(root.count))
      if let known = code.entries[name]?.digest, known == digest(path) { return nil }
      return name
    }
  }
}
