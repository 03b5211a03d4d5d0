import Documents
import Infrastructure

/// `AWS::SNS::Topic`: the alert channel of a stack's instance.
///
/// Every alert appears in the workbench and on the command line. A subscription of protocol
/// `application` names a program besides, which is run with the alert's text as its argument.
struct Topic: ResourceProvider {
  let fate = StackPlan.Entry.Fate.recorded
  /// The attribute that keeps the subscribed programs, a line each.
  static let programs = "lathe:programs"

  func identity(of resource: ResourceSpec) throws(Explanation) -> ResourceIdentity {
    let name = try resource.name(in: "TopicName", .topic)
    let arn = amazonName("sns", name)
    return ResourceIdentity(
      physicalID: arn,
      attributes: [
        "Ref": arn, "TopicArn": arn, "TopicName": name,
        Topic.programs: subscribed(resource).joined(separator: "\n"),
      ]
    )
  }

  func summary(of resource: ResourceSpec) throws(Explanation) -> String {
    let name = try resource.name(in: "TopicName", .topic)
    let programs = subscribed(resource)
    let also = programs.isEmpty ? "" : ", and run \(programs.joined(separator: ", "))"
    return "a topic for alerts (\(name)): they appear in the workbench\(also)"
  }

  func warnings(of resource: ResourceSpec) -> [String] {
    subscriptions(resource).filter { $0.protocol != "application" }.map {
      "Alerts are not sent by \($0.protocol) here; Protocol: application runs a program."
    }
  }

  private func subscribed(_ resource: ResourceSpec) -> [String] {
    subscriptions(resource).filter { $0.protocol == "application" && !$0.endpoint.contains("\n") }
      .map(\.endpoint)
  }

  private func subscriptions(_ resource: ResourceSpec) -> [(protocol: String, endpoint: String)] {
    guard case .list(let entries)? = resource.properties["Subscription"] else { return [] }
    return entries.compactMap { entry in
      guard let name = entry["Protocol"]?.text, let endpoint = entry["Endpoint"]?.text else {
        return nil
      }
      return (name, endpoint)
    }
  }
}
