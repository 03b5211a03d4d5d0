import Documents
import Engine
import Foundation
import Infrastructure
import Store
import Testing

/// A home of a test's own, removed with the value.
final class StackSite: Sendable {
  let root: String
  let home: Home
  let catalog: CatalogWriter

  init() throws {
    let made = FileManager.default.temporaryDirectory.path + "/lathe-stacks-" + UUID().uuidString
    try FileManager.default.createDirectory(
      atPath: made + "/home",
      withIntermediateDirectories: true
    )
    try FileManager.default.createDirectory(
      atPath: made + "/template",
      withIntermediateDirectories: true
    )
    root = made
    home = Home(folder: made + "/home")
    catalog = try CatalogWriter(home: home)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func provisioner(
    limit: Double = 60,
    hasActiveRuns: @escaping @Sendable (String) throws -> Bool = { _ in false }
  ) -> Provisioner {
    Provisioner(home: home, catalog: catalog, scriptLimit: limit, hasActiveRuns: hasActiveRuns)
  }

  func template(_ text: String) throws -> LoadedTemplate {
    let (template, findings) = Template.read(text)
    return LoadedTemplate(
      name: "test",
      file: root + "/template/template.yaml",
      text: text,
      template: try #require(template, "\(findings)")
    )
  }

  /// Brings a template up as the agent does.
  @discardableResult
  func up(
    _ text: String,
    stack: String = "demo",
    limit: Double = 60,
    acknowledged: [String] = []
  ) throws -> StackRecord {
    let loaded = try template(text)
    let request = UpRequest(
      stack: stack,
      template: loaded.file,
      acknowledged: acknowledged,
      environment: ProcessInfo.processInfo.environment
    )
    let provisioner = provisioner(limit: limit)
    _ = try provisioner.check(request, template: loaded)
    return try provisioner.create(request, template: loaded)
  }

  /// `LOGICALID STATUS` and the reason, without lines of output.
  func history(of stack: String = "demo") throws -> [String] {
    try events(of: stack).filter { !$0.status.isEmpty }.map { event in
      "\(event.logicalID) \(event.status)" + (event.reason.isEmpty ? "" : ": \(event.reason)")
    }
  }

  func output(of stack: String = "demo") throws -> [String] {
    try events(of: stack).filter(\.status.isEmpty).map(\.reason)
  }

  func events(of stack: String) throws -> [StackEvent] {
    try catalog.write { try $0.events(of: stack) }
  }

  func instance(_ name: String) throws -> InstanceRecord? {
    try catalog.write { try $0.instance(name) }
  }

  func write(_ text: String, to path: String) throws {
    let file = root + "/" + path
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent,
      withIntermediateDirectories: true
    )
    try text.write(toFile: file, atomically: false, encoding: .utf8)
  }

  func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root + "/" + path)
  }

  func text(_ path: String) throws -> String {
    try String(contentsOfFile: root + "/" + path, encoding: .utf8)
  }

  /// Every path below the root with its size and time of change.
  func tree() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: root).sorted().map { path in
      let facts = try FileManager.default.attributesOfItem(atPath: root + "/" + path)
      let digest = FileManager.default.contents(atPath: root + "/" + path).map {
        Digest(of: $0).hex
      }
      return "\(path) \(String(describing: facts[.modificationDate])) \(digest ?? "")"
    }
  }
}

/// A template with one instance, a setup script and code from a repository.
func instanceTemplate(
  name: String = "lab",
  create: String? = nil,
  start: String? = nil,
  code: String? = nil,
  role: Bool = false
) -> String {
  var text = "Resources:\n"
  if role {
    text += """
        Role:
          Type: AWS::IAM::Role
          Properties:
            AssumeRolePolicyDocument: {Version: "2012-10-17"}

      """
  }
  if let code {
    text += """
        Code:
          Type: AWS::SageMaker::CodeRepository
          Properties:
            CodeRepositoryName: code
            GitConfig:
              RepositoryUrl: "\(code)"

      """
  }
  text += """
      Setup:
        Type: AWS::SageMaker::NotebookInstanceLifecycleConfig
        Properties:
          NotebookInstanceLifecycleConfigName: setup

    """
  for (hook, script) in [("OnCreate", create), ("OnStart", start)] {
    guard let script else { continue }
    let lines = script.split(separator: "\n", omittingEmptySubsequences: false)
    text += "      \(hook):\n        - Content:\n            Fn::Base64: |\n"
    text += lines.map { "              \($0)\n" }.joined()
  }
  text += """
      Instance:
        Type: AWS::SageMaker::NotebookInstance
        Properties:
          NotebookInstanceName: "\(name)"
          InstanceType: local
          RoleArn: arn:aws:iam::000000000000:role/x
          LifecycleConfigName: !GetAtt Setup.NotebookInstanceLifecycleConfigName

    """
  if code != nil { text += "      DefaultCodeRepository: !GetAtt Code.CodeRepositoryName\n" }
  return text
    + "Outputs:\n  Name:\n    Value: !GetAtt Instance.NotebookInstanceName\n"
}
