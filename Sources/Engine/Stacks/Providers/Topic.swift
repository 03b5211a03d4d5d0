import Documents

/// `AWS::SNS::Topic`: recorded; alerts that are sent to it appear in the workbench.
struct Topic: ResourceProvider {
  let fate = StackPlan.Entry.Fate.recorded

  func identity(of resource: ResourceSpec) throws(Explanation) -> ResourceIdentity {
    let name = try resource.name(in: "TopicName", .topic)
    let arn = amazonName("sns", name)
    return ResourceIdentity(
      physicalID: arn,
      attributes: ["Ref": arn, "TopicArn": arn, "TopicName": name]
    )
  }

  func summary(of resource: ResourceSpec) throws(Explanation) -> String {
    let name = try resource.name(in: "TopicName", .topic)
    return "a topic for alerts (\(name)): they appear in the workbench"
  }
}
