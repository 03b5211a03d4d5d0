import Documents
import Foundation
import Glibc
import Infrastructure
import Store

/// `AWS::SageMaker::NotebookInstance`: a folder with the code, made ready by its scripts.
struct NotebookInstance: ResourceProvider {
  static let type = "AWS::SageMaker::NotebookInstance"
  let fate = StackPlan.Entry.Fate.made

  func identity(of resource: ResourceSpec) throws(Explanation) -> ResourceIdentity {
    let name = try resource.name(
      in: "NotebookInstanceName",
      .sageMaker,
      generated: "\(resource.logicalID.prefix(40))-\(resource.suffix)"
    )
    guard let type = resource.text("InstanceType") else {
      throw Explanation(
        what: "\(resource.logicalID) has no InstanceType.",
        next: "Give one, such as 'local' or 'ml.t3.medium'."
      )
    }
    _ = try InstanceType(named: type)
    let arn = amazonName("sagemaker", "notebook-instance/\(name.lowercased())")
    var attributes = [
      "Ref": arn, "NotebookInstanceName": name, "lathe:type": type,
      "lathe:folder": resource.templateFolder,
      "lathe:lifecycle": resource.text("LifecycleConfigName") ?? "",
      "lathe:code": resource.text("DefaultCodeRepository") ?? "",
    ]
    if let more = resource.properties["AdditionalCodeRepositories"], more != .null {
      guard case .list(let members) = more, members.count <= 3 else {
        throw Explanation(
          what: "\(resource.logicalID).AdditionalCodeRepositories must be a list of at most 3.",
          next: "Shorten it."
        )
      }
      for (index, member) in members.enumerated() {
        attributes["lathe:code\(index + 1)"] = member.text ?? ""
      }
    }
    return ResourceIdentity(physicalID: arn, attributes: attributes)
  }

  func summary(of resource: ResourceSpec) throws(Explanation) -> String {
    let type = try InstanceType(named: resource.text("InstanceType") ?? "")
    return "a folder with \(type.summary)"
  }

  func warnings(of resource: ResourceSpec) -> [String] {
    guard let type = try? InstanceType(named: resource.text("InstanceType") ?? "") else {
      return []
    }
    return type.excess().map { [$0] } ?? []
  }

  func claim(
    _ resource: ResourceSpec,
    as identity: ResourceIdentity,
    at site: ProvisioningSite,
    in transaction: borrowing CatalogWriter.Transaction
  ) throws {
    let name = identity.attributes["NotebookInstanceName"] ?? ""
    let folder = try site.place(name, in: site.home.instances)
    guard try transaction.instance(name) == nil else {
      throw Explanation(
        what: "An instance named '\(name)' exists already.",
        why: "Each instance has a name of its own.",
        next: "Choose another NotebookInstanceName, or take that one down first."
      )
    }
    guard !site.exists(folder) else {
      throw Explanation(
        what: "The folder of instance '\(name)' exists already.",
        why: "\(folder) belongs to no instance.",
        next: "Move it away, or choose another NotebookInstanceName."
      )
    }
    let type = try InstanceType(named: identity.attributes["lathe:type"] ?? "")
    try transaction.save(
      InstanceRecord(
        name: name,
        status: .pending,
        folder: folder,
        isAdopted: false,
        stack: resource.stack.name,
        instanceType: type.name,
        cpus: type.cpus,
        memory: type.memory,
        created: site.now()
      )
    )
  }

  func create(_ resource: ResourceRecord, at site: ProvisioningSite) throws {
    let name = resource.attributes["NotebookInstanceName"] ?? ""
    do {
      let folder = try site.place(name, in: site.home.instances)
      guard mkdir(folder, 0o700) == 0 else { throw SystemFailure("make \(folder)", errno) }
      let setup = InstanceSetup(instance: name, folder: folder, resource: resource, site: site)
      try setup.takeCode()
      try setup.run(.onCreate)
      try setup.run(.onStart)
    } catch {
      let reason = Explanation(error).reason
      try site.catalog.write { transaction in
        guard var instance = try transaction.instance(name) else { return }
        try transaction.move(&instance, to: .failed, reason: reason)
      }
      throw error
    }
    try site.catalog.write { transaction in
      guard var instance = try transaction.instance(name) else { return }
      try transaction.move(&instance, to: .inService)
    }
  }

  func delete(_ resource: ResourceRecord, at site: ProvisioningSite) throws -> String? {
    let name = resource.attributes["NotebookInstanceName"] ?? ""
    let found = try site.catalog.write { transaction -> InstanceRecord? in
      guard var instance = try transaction.instance(name), instance.stack == resource.stack else {
        return nil
      }
      try transaction.move(&instance, to: .deleting)
      return instance
    }
    guard let instance = found else { return nil }
    var trash: String?
    if !instance.isAdopted {
      trash = try site.trash(try site.place(name, in: site.home.instances), as: name)
    }
    try site.catalog.write { try $0.deleteInstance(name) }
    return trash.map { "The instance's folder is in \($0)." }
  }
}
