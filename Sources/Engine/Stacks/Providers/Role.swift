import Documents

/// `AWS::IAM::Role`: recorded; a step runs as the user whom the machine knows.
struct Role: ResourceProvider {
  let fate = StackPlan.Entry.Fate.recorded

  func identity(of resource: ResourceSpec) throws(Explanation) -> ResourceIdentity {
    // The service cuts what it generates to the length of a name.
    let stack = resource.stack.name.prefix(25)
    let id = resource.logicalID.prefix(25)
    let name = try resource.name(
      in: "RoleName",
      .role,
      generated: "\(stack)-\(id)-\(resource.suffix)"
    )
    return ResourceIdentity(
      physicalID: name,
      attributes: [
        "Ref": name, "Arn": "arn:aws:iam::000000000000:role\(resource.text("Path") ?? "/")\(name)",
        "RoleId": "AROA" + resource.suffix,
      ]
    )
  }

  func summary(of resource: ResourceSpec) throws(Explanation) -> String {
    "a role, recorded only: steps run as you"
  }
}
