import CSystem
import Glibc
import Store

/// Tells without reading them whether files have changed: by what the file system notes of each.
enum InputStamp {
  /// Of a file, or of a folder with all that is in it; links inside a folder count as links.
  ///
  /// Costs a `stat` a file. What is not there has a stamp of its own.
  static func of(_ path: String) -> Digest {
    var lines: [String] = []
    var open = [(path: path, name: "")]
    while let (path, name) = open.popLast() {
      var status = stat()
      // What the input itself links to is what the step reads.
      guard (name.isEmpty ? stat(path, &status) : lstat(path, &status)) == 0 else {
        lines.append("\(name)\0-")
        continue
      }
      let (modified, changed) = (status.st_mtim, status.st_ctim)
      lines.append(
        """
        \(name)\0\(status.st_dev) \(status.st_ino) \(status.st_mode) \(status.st_size) \
        \(modified.tv_sec).\(modified.tv_nsec) \(changed.tv_sec).\(changed.tv_nsec)
        """
      )
      if status.st_mode & S_IFMT == S_IFDIR {
        for entry in folderNames(path) { open.append((path + "/" + entry, name + "/" + entry)) }
      }
    }
    return Digest(of: lines.sorted().joined(separator: "\n"))
  }
}
