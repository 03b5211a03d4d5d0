import Foundation
import Store

@testable import Engine

/// A folder with an `nvidia-smi` of the test's: it answers by files that the test may change meanwhile.
final class FakeSMI {
  let folder: String
  /// A PATH on which it is found first.
  var path: String { folder + ":/usr/local/bin:/usr/bin:/bin" }

  /// One that tells of GPUs, and of the processes on some of them.
  convenience init(_ uuids: [String], busy: [String: Int32] = [:]) throws {
    try self.init(
      script: """
        here=$(dirname "$0")
        echo "$1" >> "$here/calls"
        case "$1" in
          --query-gpu=index*) cat "$here/list" ;;
          --query-compute-apps*) cat "$here/processes" ;;
        esac
        """
    )
    let lines = uuids.enumerated().map { "\($0), \($1), NVIDIA T\($0), 16384 MiB\n" }
    try write(lines.joined(), to: "list")
    try write(busy.map { "\($0.key), \($0.value)\n" }.joined(), to: "processes")
  }

  init(script: String) throws {
    folder = try makeTemporaryFolder()
    try write("#!/bin/bash\n\(script)\n", to: "nvidia-smi")
    _ = chmod(folder + "/nvidia-smi", 0o755)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: folder + "/" + name), options: .atomic)
  }

  /// How often it was asked for the list.
  var questions: Int {
    let calls = (try? String(contentsOfFile: folder + "/calls", encoding: .utf8)) ?? ""
    return calls.split(separator: "\n").count { $0.hasPrefix("--query-gpu=index") }
  }
}
