import CSystem
import Foundation
import Glibc

/// What kind of file system something lies on, as far as a home depends on it.
package struct FileSystem: Sendable, Equatable {
  /// As the mount table calls it: "ext4", "nfs4", "fuse.sshfs".
  package var type: String
  /// Whether other machines may write it as well: nobody tells of what they change, and locks and
  /// SQLite's shared memory do not hold among them.
  package var isNetwork: Bool

  package init(type: String, isNetwork: Bool? = nil) {
    self.type = type
    self.isNetwork = isNetwork ?? FileSystem.isNetwork(type)
  }

  /// The file system of a path, or of the nearest folder above it that exists; nil when unknown.
  package static func of(_ path: String) -> FileSystem? {
    guard let (path, number) = nearest(path) else { return nil }
    let known = networkTypes[number]
    if let known, number != fuse { return FileSystem(type: known, isNetwork: true) }
    var status = stat()
    guard stat(path, &status) == 0,
      let table = try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
    else { return FileSystem(type: known ?? "unknown", isNetwork: false) }
    let type = mountType(of: path, device: UInt64(status.st_dev), in: table)
    return FileSystem(type: type ?? known ?? "unknown")
  }

  /// Whether what is watched there may change without anybody telling of it.
  package static func isSilent(_ path: String) -> Bool {
    guard let (_, number) = nearest(path), networkTypes[number] != nil else { return false }
    // Only of these the mount table has to be asked.
    return number != fuse || of(path)?.isNetwork ?? false
  }

  /// The type of the mount that a path lies on, by its device or by the longest mount point above it.
  static func mountType(of path: String, device: UInt64, in table: String) -> String? {
    let number = "\((device >> 8) & 0xfff):\((device & 0xff) | ((device >> 12) & 0xfff00))"
    var best: (length: Int, type: String)?
    for line in table.split(separator: "\n") {
      let parts = line.components(separatedBy: " - ")
      guard parts.count >= 2, let type = parts[1].split(separator: " ").first else { continue }
      let fields = parts[0].split(separator: " ")
      guard fields.count > 4 else { continue }
      if fields[2] == number { return String(type) }
      let point = unescaped(fields[4])
      guard path == point || path.hasPrefix(point.hasSuffix("/") ? point : point + "/") else {
        continue
      }
      // Of two mounts at one place the later one is seen.
      if point.utf8.count >= best?.length ?? 0 { best = (point.utf8.count, String(type)) }
    }
    return best?.type
  }

  /// "\040" is a blank there.
  private static func unescaped(_ field: Substring) -> String {
    guard field.contains("\\") else { return String(field) }
    return [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
      .reduce(String(field)) { $0.replacing($1.0, with: $1.1) }
  }

  private static func nearest(_ path: String) -> (path: String, number: UInt32)? {
    var path = path
    while true {
      let number = lathe_file_system(path)
      if number >= 0 { return (path, UInt32(truncatingIfNeeded: number)) }
      guard errno == ENOENT, path.count > 1 else { return nil }
      path = (path as NSString).deletingLastPathComponent
      if path.isEmpty { return nil }
    }
  }

  private static let fuse: UInt32 = 0x6573_5546

  /// From statfs(2) and the file systems' own headers.
  private static let networkTypes: [UInt32: String] = [
    0x6969: "nfs", 0x517B: "smb", 0xFF53_4D42: "cifs", 0xFE53_4D42: "smb2",
    0x5346_414F: "afs", 0x6B41_4653: "afs", 0x7375_7245: "coda", 0x564C: "ncpfs",
    0x0102_1997: "9p", 0x00C3_6400: "ceph", 0x0BD0_0BD0: "lustre", 0x4750_4653: "gpfs",
    0x0116_1970: "gfs2", 0x7461_636F: "ocfs2", 0x1983_0326: "beegfs", 0xAAD7_AAEA: "panfs",
    0x2003_0528: "orangefs", 0x786F_4256: "vboxsf", fuse: "fuse",
  ]

  /// Whether a mount type is one of those that several machines mount at once.
  private static func isNetwork(_ type: String) -> Bool {
    let name = type.hasPrefix("fuse.") ? String(type.dropFirst("fuse.".count)) : type
    return networkNames.contains(name) || networkTypes.values.contains(name) && name != "fuse"
  }

  private static let networkNames: Set<String> = [
    "nfs4", "smb3", "smbfs", "sshfs", "glusterfs", "s3fs", "rclone", "gcsfuse", "ceph-fuse",
    "juicefs", "curlftpfs", "davfs", "davfs2", "goofys", "geesefs", "mount-s3", "mountpoint-s3",
    "blobfuse", "blobfuse2", "moosefs", "mfs", "lizardfs", "saunafs", "seaweedfs", "hdfs",
    "fuse_dfs", "objectivefs", "wekafs", "pvfs2", "vmhgfs-fuse", "smbnetfs",
  ]
}
