import Foundation
import Store

/// A folder for one test, removed with it.
final class Scratch {
  let path: String
  var home: Home { Home(folder: path + "/home") }
  var store: ObjectStore { ObjectStore(home: home, isDurable: false) }

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/lathe-store-" + UUID().uuidString
    try makeFolder(path + "/home")
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ text: String, _ name: String) throws -> String {
    let full = path + "/" + name
    try makeFolder(URL(filePath: full).deletingLastPathComponent().path)
    try Data(text.utf8).write(to: URL(filePath: full))
    return full
  }

  func read(_ name: String) -> String? {
    FileManager.default.contents(atPath: path + "/" + name)
      .map { String(decoding: $0, as: UTF8.self) }
  }
}
