import Documents
import Foundation
import Glibc
package import Store

extension Provisioner {
  /// Starts a stopped or failed instance and runs its start script.
  ///
  /// A script that fails is no error here: the instance that is returned is Failed, with the reason.
  @discardableResult
  package func startInstance(
    _ name: String,
    environment: [String: String] = [:]
  ) throws -> InstanceRecord {
    var instance = try instance(name)
    guard instance.status != .inService else {
      throw Explanation(what: "'\(name)' is running already.", next: "'lathe run' runs in it.")
    }
    try catalog.write { try $0.move(&instance, to: .pending) }
    do {
      if let resource = try resource(of: instance), let owner = instance.stack {
        let site = site(try stack(owner), environment: environment)
        let setup = InstanceSetup(
          instance: name,
          folder: instance.folder,
          resource: resource,
          site: site
        )
        try setup.run(.onStart)
      }
      try catalog.write { try $0.move(&instance, to: .inService) }
    } catch {
      let reason = Explanation(error).reason
      try catalog.write { try $0.move(&instance, to: .failed, reason: reason) }
    }
    return instance
  }

  /// Stops an instance and ends what its scripts left running; its files stay.
  @discardableResult
  package func stopInstance(_ name: String) throws -> InstanceRecord {
    var instance = try instance(name)
    guard instance.status != .stopped else {
      throw Explanation(
        what: "'\(name)' is stopped already.",
        next: "'lathe instance start \(name)' starts it."
      )
    }
    try checkNoActiveRuns(name, to: "stopped")
    try catalog.write { try $0.move(&instance, to: .stopping) }
    if let owner = instance.stack {
      ScriptEnvironment.killMarked(stack: site(try stack(owner)).stackID)
    }
    try catalog.write { try $0.move(&instance, to: .stopped) }
    return instance
  }

  /// Makes an existing folder an instance in place: nothing is copied.
  ///
  /// Without a name, the folder's is made valid and unique.
  ///
  /// - Throws: an `Explanation` for the home, a folder in it, one that is an instance already, or a
  ///   name that is taken or not allowed.
  @discardableResult
  package func adopt(folder: String, name: String?) throws -> InstanceRecord {
    let real = try canonical(folder)
    let homeFolder = try canonical(home.folder)
    guard real != homeFolder, !real.hasPrefix(homeFolder + "/") else {
      throw Explanation(
        what: "\(folder) cannot become an instance.",
        why: "It is Lathe's home, or lies in it.",
        next: "Run 'lathe init' in a folder of your own."
      )
    }
    if let name { try NameRule.sageMaker.check(name, property: "The instance's name") }
    return try catalog.write { transaction in
      let others = try transaction.instances()
      if let other = others.first(where: { $0.folder == real }) {
        throw Explanation(
          what: "\(real) is an instance already: '\(other.name)'.",
          next: "Work in it, or release it with 'lathe down \(other.name)'."
        )
      }
      let taken = Set(others.map(\.name))
      if let name, taken.contains(name) {
        throw Explanation(
          what: "An instance named '\(name)' exists already.",
          next: "Choose another name."
        )
      }
      let instance = InstanceRecord(
        name: name ?? Self.freeName(like: (real as NSString).lastPathComponent, taken: taken),
        status: .inService,
        folder: real,
        isAdopted: true,
        created: now()
      )
      try transaction.save(instance)
      return instance
    }
  }

  /// Forgets an adopted instance; its folder is not touched.
  package func release(_ name: String) throws {
    let instance = try instance(name)
    guard instance.isAdopted else {
      throw Explanation(
        what: "Instance '\(name)' was not adopted and cannot be released.",
        why: "It belongs to stack \(instance.stack ?? "-").",
        next: "Take the stack down: 'lathe down \(instance.stack ?? name)'."
      )
    }
    try checkNoActiveRuns(name, to: "released")
    try catalog.write { try $0.deleteInstance(name) }
  }

  private func instance(_ name: String) throws -> InstanceRecord {
    let known = try catalog.write { try $0.instances() }
    guard let found = known.first(where: { $0.name == name }) else {
      let names = known.map(\.name).joined(separator: ", ")
      throw Explanation(
        what: "There is no instance '\(name)'.",
        why: known.isEmpty ? "There is none at all." : "There are: \(names).",
        next: "'lathe init' makes a folder one, 'lathe up TEMPLATE' provisions one."
      )
    }
    return found
  }

  private func resource(of instance: InstanceRecord) throws -> ResourceRecord? {
    guard let stack = instance.stack else { return nil }
    return try catalog.write { try $0.resources(of: stack) }.first { resource in
      resource.type == NotebookInstance.type
        && resource.attributes["NotebookInstanceName"] == instance.name
    }
  }

  private func canonical(_ folder: String) throws -> String {
    guard let path = realpath(folder, nil) else { throw SystemFailure("find \(folder)", errno) }
    defer { free(path) }
    var facts = stat()
    guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
      throw Explanation(what: "\(folder) is not a folder.", next: "Give the path of a folder.")
    }
    return String(cString: path)
  }

  /// A folder's name as an instance's: other characters become hyphens, a number makes it unique.
  private static func freeName(like text: String, taken: Set<String>) -> String {
    let bytes = text.utf8.map { byte -> UInt8 in
      let isPlain =
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
      return isPlain ? byte : 45
    }
    let words = bytes.prefix(58).split(separator: 45)
    var name = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
    if name.isEmpty { name = "workspace" }
    guard taken.contains(name) else { return name }
    var number = 2
    while taken.contains("\(name)-\(number)") { number += 1 }
    return "\(name)-\(number)"
  }
}
