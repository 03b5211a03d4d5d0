import Documents
import Infrastructure
import Store

/// `AWS::SageMaker::CodeRepository`: where code comes from; an instance takes it from there.
struct CodeRepository: ResourceProvider {
  static let type = "AWS::SageMaker::CodeRepository"
  let fate = StackPlan.Entry.Fate.recorded

  func identity(of resource: ResourceSpec) throws(Explanation) -> ResourceIdentity {
    let name = try resource.name(
      in: "CodeRepositoryName",
      .sageMaker,
      generated: generated(resource)
    )
    guard let url = resource.properties["GitConfig"]?["RepositoryUrl"]?.text else {
      throw Explanation(
        what: "\(resource.logicalID) has no GitConfig.RepositoryUrl.",
        next: "Give a git URL, or the path of a folder."
      )
    }
    let branch = resource.properties["GitConfig"]?["Branch"]?.text ?? ""
    _ = try CodeSource(url, branch: branch, templateFolder: resource.templateFolder)
    let arn = amazonName("sagemaker", "code-repository/\(name.lowercased())")
    return ResourceIdentity(
      physicalID: arn,
      attributes: [
        "Ref": arn, "CodeRepositoryName": name, "lathe:url": url, "lathe:branch": branch,
        "lathe:folder": resource.templateFolder,
      ]
    )
  }

  func summary(of resource: ResourceSpec) throws(Explanation) -> String {
    let url = resource.properties["GitConfig"]?["RepositoryUrl"]?.text ?? ""
    return url == "." ? "code: the template's own folder" : "code from \(url)"
  }

  private func generated(_ resource: ResourceSpec) -> String {
    "\(resource.logicalID.prefix(40))-\(resource.suffix)"
  }
}
