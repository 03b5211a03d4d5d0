import Foundation
import Glibc

/// What is free for the user on one file system of a home.
package struct FreeSpace: Sendable, Equatable {
  /// The first of the home's folders that lies there.
  package let path: String
  /// Bytes.
  package let free: Int

  package init(path: String, free: Int) {
    (self.path, self.free) = (path, free)
  }

  /// Whether hardly a record can be written any more.
  package var isFull: Bool { free < 1 << 20 }
}

extension Home {
  /// The file systems that the home lies on, each once; folders that are not there yet count where
  /// they would be made.
  package func spaces() -> [FreeSpace] {
    var devices: Set<UInt64> = []
    var spaces: [FreeSpace] = []
    for folder in [self.folder, state, objects, runs] {
      let path = Home.nearestExisting(folder)
      var (facts, disk) = (stat(), statvfs())
      guard stat(path, &facts) == 0, statvfs(path, &disk) == 0,
        // One without any blocks, such as /proc, is no disk that could be full.
        disk.f_blocks > 0, devices.insert(UInt64(truncatingIfNeeded: facts.st_dev)).inserted
      else { continue }
      let free = Int(clamping: UInt64(disk.f_bavail) * UInt64(disk.f_frsize))
      spaces.append(FreeSpace(path: folder, free: free))
    }
    return spaces
  }

  private static func nearestExisting(_ path: String) -> String {
    var path = path
    while path.count > 1, access(path, F_OK) != 0 {
      path = URL(filePath: path).deletingLastPathComponent().path
    }
    return path
  }
}
