import Documents
import Foundation
import Glibc
import Store

/// Where providers work: the home, the catalog, and the rules that keep paths inside the home.
struct ProvisioningSite: Sendable {
  let home: Home
  let catalog: CatalogWriter
  /// Of the shell that asked; only documented names are used.
  var environment: [String: String] = [:]
  /// Of the stack that is worked on: the mark of its processes.
  var stackID = ""
  /// Seconds that one lifecycle script may take.
  var scriptLimit: Double
  let now: @Sendable () -> Date

  /// The path of a thing by its name in one of the home's folders, which is made when it is missing.
  ///
  /// Refuses a name that is not one path component, and a folder that is a link to elsewhere.
  func place(_ name: String, in folder: String) throws -> String {
    guard !name.isEmpty, name != ".", name != "..", !name.contains("/"), !name.contains("\0") else {
      throw Explanation(
        what: "'\(name)' cannot be a name in \(folder).",
        why: "It would leave that folder.",
        next: "Choose a name of letters, digits and hyphens."
      )
    }
    try Self.makePrivateFolder(folder)
    return folder + "/" + name
  }

  /// Whether anything of that path is there, a dangling link too.
  func exists(_ path: String) -> Bool {
    var facts = stat()
    return lstat(path, &facts) == 0
  }

  /// Moves something into the home's trash and says where it went; nil when it was not there.
  ///
  /// A link is moved as a link: what it points to stays.
  func trash(_ path: String, as name: String) throws -> String? {
    guard exists(path) else { return nil }
    try Self.makePrivateFolder(home.trash)
    var moment = time_t(now().timeIntervalSince1970)
    var parts = tm()
    gmtime_r(&moment, &parts)
    var stamp = [CChar](repeating: 0, count: 32)
    strftime(&stamp, stamp.count, "%Y%m%d-%H%M%S", &parts)
    let base =
      "\(home.trash)/\(name)-"
      + String(decoding: stamp.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    var target = base
    var number = 1
    while exists(target) {
      number += 1
      target = "\(base)-\(number)"
    }
    guard rename(path, target) == 0 else {
      throw SystemFailure("move \(path) to \(target)", errno)
    }
    return target
  }

  /// Makes a folder with mode 0700 and those above it; refuses one that is a link.
  static func makePrivateFolder(_ path: String) throws {
    if mkdir(path, 0o700) == 0 { return }
    if errno == ENOENT {
      try makePrivateFolder((path as NSString).deletingLastPathComponent)
      guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
        throw SystemFailure("make \(path)", errno)
      }
    } else if errno != EEXIST {
      throw SystemFailure("make \(path)", errno)
    }
    var facts = stat()
    guard lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
      throw Explanation(
        what: "\(path) is not a folder of the home.",
        why: "It is a link or a file, and could lead elsewhere.",
        next: "Move it away; Lathe makes the folder."
      )
    }
  }

  /// Writes lines of output to a stack's events, in one transaction.
  func tell(_ lines: [String], of logicalID: String, type: String, stack: String) throws {
    let time = now()
    try catalog.write { transaction in
      for line in lines {
        let event = StackEvent(
          stack: stack,
          logicalID: logicalID,
          type: type,
          status: "",
          reason: String(line.prefix(2000)),
          time: time
        )
        try transaction.add(event)
      }
    }
  }
}

extension Explanation {
  /// As the reason of an event: what and why, without the next step.
  var reason: String { why.isEmpty ? what : "\(what) \(why)" }
}
