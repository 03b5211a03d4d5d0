import Documents
import Foundation

extension FolderEntry {
  /// A folder's entries: folders first, each by name; hidden ones behind the others.
  static func entries(of path: String, most: Int = 5000) throws -> [FolderEntry] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw Explanation(
        what: "\(path) cannot be listed.",
        why: String(cString: strerror(errno)),
        next: "Check that the folder exists and that you may read it."
      )
    }
    let entries = names.prefix(most).map { name in
      var status = stat()
      let known = stat(path + "/" + name, &status) == 0
      let isFolder = known && status.st_mode & S_IFMT == S_IFDIR
      return FolderEntry(name: name, isFolder: isFolder, size: known ? Int(status.st_size) : 0)
    }
    return entries.sorted { a, b in
      if a.isAside != b.isAside { return b.isAside }
      if a.isFolder != b.isFolder { return a.isFolder }
      return a.name < b.name
    }
  }

  /// Hidden files, environments and caches: there, but not what one looks for.
  var isAside: Bool {
    name.hasPrefix(".") || FolderEntry.aside.contains(name)
  }

  private static let aside: Set<String> = ["__pycache__", "node_modules", "venv"]

  /// The files below a folder by their relative paths, nearest first; links are not followed.
  static func files(below folder: String, most: Int = 2000) -> [String] {
    var found: [String] = []
    var level = [""]
    var depth = 0
    while !level.isEmpty, depth < 12, found.count < most {
      var next: [String] = []
      for path in level {
        guard let entries = try? entries(of: path.isEmpty ? folder : folder + "/" + path) else {
          continue
        }
        for entry in entries where !entry.isAside {
          let relative = path.isEmpty ? entry.name : path + "/" + entry.name
          var status = stat()
          guard lstat(folder + "/" + relative, &status) == 0 else { continue }
          switch status.st_mode & S_IFMT {
          case S_IFDIR: next.append(relative)
          case S_IFREG: found.append(relative)
          default: break
          }
        }
      }
      level = next
      depth += 1
    }
    return Array(found.prefix(most))
  }
}
