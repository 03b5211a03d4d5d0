import Documents

/// Any type that changes nothing on this machine: kept so that references to it work.
struct RecordedResource: ResourceProvider {
  let fate = StackPlan.Entry.Fate.recorded

  func identity(of resource: ResourceSpec) throws(Explanation) -> ResourceIdentity {
    let parts = resource.type.split(separator: ":", omittingEmptySubsequences: true)
    let service = parts.count > 1 ? parts[1].lowercased() : "custom"
    let name = "\(resource.stack.name)-\(resource.logicalID)-\(resource.suffix)"
    let kind = parts.last.map { $0.lowercased() } ?? "resource"
    return ResourceIdentity(
      physicalID: name,
      attributes: ["Ref": name, "Arn": amazonName(service, "\(kind)/\(name)"), "Id": name]
    )
  }

  func summary(of resource: ResourceSpec) throws(Explanation) -> String {
    "\(resource.type), recorded only: nothing changes on this machine"
  }

  func warnings(of resource: ResourceSpec) -> [String] {
    ["\(resource.logicalID) (\(resource.type)) does nothing here: it is only recorded."]
  }
}
