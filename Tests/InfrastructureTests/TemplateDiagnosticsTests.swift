import Documents
import Infrastructure
import Testing

/// The text without its marks, and their places: `▸` stands before what is wrong.
private func marked(_ text: String) -> (text: String, places: [Place]) {
  var plain = ""
  var places: [Place] = []
  var place = Place.start
  for scalar in text.unicodeScalars {
    if scalar == "▸" {
      places.append(place)
      continue
    }
    plain.unicodeScalars.append(scalar)
    place.column += 1
    if scalar == "\n" { place = Place(line: place.line + 1, column: 1) }
  }
  return (plain, places)
}

struct TemplateDiagnosticsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var text: String
    var messages: [String]
    var testDescription: String { messages.first ?? "" }

    init(_ text: String, _ messages: String...) {
      self.text = text
      self.messages = messages
    }
  }

  @Test(arguments: [
    Case(
      "▸Description: x\n",
      "Template format error: At least one Resources member must be defined."
    ),
    Case("▸- a", "Template format error: unsupported structure."),
    Case("a: [\n▸", "Template format error: YAML not well-formed"),
    Case(
      "▸resources: {}\nResources: { A: { Type: AWS::SNS::Topic } }",
      "Invalid template property or properties [resources]. Did you mean 'Resources'?"
    ),
    Case(
      "Resources:\n  ▸my-bad: { Type: AWS::SNS::Topic }\n  ▸B: {}\n  C: ▸1",
      "Template format error: Resource name my-bad is non alphanumeric.",
      "Template format error: [/Resources/B] Every Resources object must contain a Type member.",
      "Template format error: Any Resources member must be an object."
    ),
    Case(
      "Resources:\n  A: { Type: ▸AWS::S3::Buket }\n  B: { Type: AWS::SNS::Topic, ▸Propertys: {} }\n  ▸R: { Type: AWS::IAM::Role, Properties: { ▸RolName: x } }",
      "Template format error: Unrecognized resource types: [AWS::S3::Buket]. Did you mean 'AWS::S3::Bucket'?",
      "Invalid template resource property 'Propertys'. Did you mean 'Properties'?",
      "Resource 'R' needs the property 'AssumeRolePolicyDocument'. ",
      "AWS::IAM::Role has no property 'RolName'; it is ignored. Did you mean 'RoleName'?"
    ),
    Case(
      "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: ▸!Ref Nam\n      Tags: [▸!GetAtt A.Nope, ▸!GetAtt B.Arn, ▸!Refs x, ▸!ImportValue y, ▸~]\nParameters: { Name: { Type: String } }",
      "Template format error: Unresolved resource dependencies [Nam] in the Resources block of the template. Did you mean 'Name'?",
      "Template error: resource type AWS::S3::Bucket does not support attribute Nope.",
      "Template error: instance of Fn::GetAtt references undefined resource B.",
      "'!Refs' is not a function of CloudFormation. Did you mean '!Ref'?",
      "'!ImportValue' is not supported here. ",
      "[/Resources/A/Properties/Tags/4] 'null' values are not allowed in templates. "
    ).with(resourceOwnCycle: true),
    Case(
      "Resources:\n  A:\n    Type: AWS::SageMaker::NotebookInstanceLifecycleConfig\n    Properties:\n      OnCreate:\n        - Content:\n            Fn::Base64: !Sub |\n              echo ▸${HOME} ${!OK}\n              echo ${AWS::Region} ▸${HOME:-x}\n",
      "Template format error: Unresolved resource dependencies [HOME] in the Resources block of the template. If the shell is to read it, write '${!HOME}'.",
      "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons: '${HOME:-x}'. If the shell is to read it, write '${!HOME:-x}'."
    ),
    Case(
      "Resources:\n  ▸A: { Type: AWS::SNS::Topic, DependsOn: B }\n  B: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref A } }",
      "Circular dependency between resources: [A, B] (A -> B -> A)."
    ),
    Case(
      "Conditions: { C: !Equals [▸!Ref T, a], D: ▸!Equals [a] }\nResources: { T: { Type: AWS::SNS::Topic, Condition: ▸E } }",
      "Template format error: Unresolved dependencies [T]. Cannot reference resources in the Conditions block of the template.",
      "Template error: every Fn::Equals object requires a list of 2 string parameters.",
      "Template error: unresolved condition dependency E. "
    ),
    Case(
      "Parameters:\n  ▸P: { ▸DefaultValue: 1 }\n  Q: { Type: ▸Strin }\n  N: { Type: Number, MaxValue: 3, Default: ▸4 }\nResources: { T: { Type: AWS::SNS::Topic } }",
      "Template format error: Every Parameters object must contain a Type member: P.",
      "Invalid template parameter property 'DefaultValue'. ",
      "Template format error: Unrecognized parameter type: Strin. Did you mean 'String'?",
      "The default does not fit: Parameter 'N' must be a number not greater than 3."
    ),
    Case(
      "Resources: { T: { Type: &a AWS::SNS::Topic }, U: { Type: ▸*a } }",
      "Template error: YAML aliases are not allowed in CloudFormation templates."
    ),
  ])
  func `every fault is told with its place`(test: Case) {
    let (text, places) = marked(test.text)
    let (template, findings) = Template.read(text)
    #expect(template == nil)
    let told = findings.map { "\($0.message) \($0.hint)" }
    #expect(told.count == test.messages.count, "\(told)")
    for (told, expected) in zip(told, test.messages) { #expect(told.hasPrefix(expected)) }
    if places.count == findings.count { #expect(findings.map(\.place) == places) }
  }

  @Test func `a key written twice is a warning and the last one counts`() {
    let (template, findings) = Template.read(
      "Resources: { T: { Type: AWS::SNS::Topic } }\nDescription: a\nDescription: b"
    )
    #expect(findings.map(\.severity) == [.warning])
    #expect(template?.description == "b")
  }

  @Test func `a mutated template is read or refused, and resolved or refused`() {
    var state: UInt64 = 5
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let sample = Array(laboratory.utf8)
    for _ in 0..<300 {
      var bytes = sample
      for _ in 0...random(8) {
        let position = random(bytes.count)
        switch random(3) {
        case 0: bytes[position] = UInt8(random(256))
        case 1: bytes.removeSubrange(position..<min(bytes.count, position + 7))
        default: bytes.insert(contentsOf: bytes[position...].prefix(30), at: position)
        }
      }
      let (template, findings) = Template.read(String(decoding: bytes, as: UTF8.self))
      #expect((template == nil) == findings.contains { $0.severity == .error })
      let resolved = try? template?.resolved(with: [:], pseudo: pseudo)
      if let resolved { #expect(!resolved.jsonText().isEmpty) }
    }
  }
}

extension TemplateDiagnosticsTests.Case {
  /// `!GetAtt A.Nope` in A itself is a circle as well, which is told at A.
  fileprivate func with(resourceOwnCycle: Bool) -> Self {
    var test = self
    test.text = text.replacing("  A:\n", with: "  ▸A:\n")
    test.messages.insert("Circular dependency between resources: [A] (A -> A).", at: 0)
    return test
  }
}
