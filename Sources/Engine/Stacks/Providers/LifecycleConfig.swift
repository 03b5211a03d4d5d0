import Documents
import Store

/// `AWS::SageMaker::NotebookInstanceLifecycleConfig`: scripts that instances run.
struct LifecycleConfig: ResourceProvider {
  static let type = "AWS::SageMaker::NotebookInstanceLifecycleConfig"
  let fate = StackPlan.Entry.Fate.recorded

  func identity(of resource: ResourceSpec) throws(Explanation) -> ResourceIdentity {
    let name = try resource.name(
      in: "NotebookInstanceLifecycleConfigName",
      .sageMaker,
      generated: "\(resource.logicalID.prefix(40))-\(resource.suffix)"
    )
    let arn = amazonName("sagemaker", "notebook-instance-lifecycle-config/\(name.lowercased())")
    var attributes = ["Ref": arn, "NotebookInstanceLifecycleConfigName": name]
    for script in try LifecycleScript.scripts(of: resource) {
      attributes["lathe:\(script.hook.rawValue)"] = script.text
    }
    return ResourceIdentity(physicalID: arn, attributes: attributes)
  }

  func summary(of resource: ResourceSpec) throws(Explanation) -> String {
    let words = try LifecycleScript.scripts(of: resource).map { "a \($0.hook.words)" }
    return words.isEmpty ? "no script" : words.joined(separator: " and ")
  }

  func script(of resource: ResourceSpec) -> String? {
    guard let scripts = try? LifecycleScript.scripts(of: resource), !scripts.isEmpty else {
      return nil
    }
    if scripts.count == 1 { return scripts[0].text }
    return scripts.map { "# ---- \($0.hook.rawValue) ----\n\($0.text)" }.joined(separator: "\n")
  }

  func warnings(of resource: ResourceSpec) -> [String] {
    guard let scripts = try? LifecycleScript.scripts(of: resource) else { return [] }
    return scripts.flatMap { script in
      script.warnings.map { "\(resource.logicalID), \(script.hook.words): \($0)" }
    }
  }
}
