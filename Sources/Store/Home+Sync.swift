import CSystem
import Glibc

extension Home {
  /// Brings all that was written in the home onto its disks: one call instead of one a file.
  ///
  /// What is published as a result is called so after this.
  package func sync() throws {
    var devices: Set<UInt64> = []
    for path in [folder, state, objects, runs] {
      let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      if descriptor < 0 {
        if errno == ENOENT { continue }
        throw SystemFailure("sync \(path)", errno)
      }
      defer { close(descriptor) }
      var facts = stat()
      guard fstat(descriptor, &facts) == 0 else { throw SystemFailure("sync \(path)", errno) }
      guard devices.insert(UInt64(truncatingIfNeeded: facts.st_dev)).inserted else { continue }
      guard lathe_sync_file_system(descriptor) == 0 else {
        throw SystemFailure("sync \(path)", errno)
      }
    }
  }
}
