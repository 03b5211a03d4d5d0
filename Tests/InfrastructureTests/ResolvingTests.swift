import Documents
import Infrastructure
import Testing

/// The value of a topic's DisplayName, resolved.
private func value(
  _ text: String,
  parameters: String =
    "{ P: { Type: String, Default: p }, L: { Type: CommaDelimitedList, Default: 'a, b' } }",
  given: [String: String] = [:]
) throws -> Value? {
  let (template, findings) = Template.read(
    """
    Parameters: \(parameters)
    Conditions: { Yes: !Equals [a, a], No: !Not [!Condition Yes] }
    Mappings: { M: { k: { v: [x, y] } } }
    Resources:
      Other: { Type: AWS::SNS::Topic }
      Skipped: { Type: AWS::SNS::Topic, Condition: No }
      T: { Type: AWS::SNS::Topic, Properties: { DisplayName: \(text) } }
    """
  )
  #expect(findings == [])
  let resolved = try #require(template).resolved(with: given, pseudo: pseudo)
  return resolved.resources.first { $0.logicalID == "T" }?.properties["DisplayName"]
}

struct ResolvingTests {
  @Test(arguments: [
    ("!Ref P", "p"), ("yes", "true"), ("0777", "0777"), ("1.50", "1.50"), ("!!str 1", "1"),
    ("!Sub \"${P} ${!P} $P $$\"", "p ${P} $P $$"),
    ("!Sub [\"${P}${x}\", { x: !Ref P, P: q }]", "qp"),
    ("!Join [\"-\", [a, !Ref \"AWS::NoValue\", 1, true]]", "a-1-true"),
    ("!Join [\"-\", !Ref L]", "a-b"), ("!Join [\"\", !Split [\"|\", \"a||c|\"]]", "ac"),
    ("!Select [1, !Ref L]", "b"), ("!Select [0, !FindInMap [M, k, v]]", "x"),
    ("!If [Yes, !Ref P, !Ref Skipped]", "p"), ("{ \"Fn::If\": [No, a, b] }", "b"),
    ("!Base64 abcd", "YWJjZA=="), ("{ \"Fn::Base64\": \"\" }", ""),
    ("!Ref AWS::StackName", "my-stack"), ("!Sub \"${AWS::AccountId}\"", "000000000000"),
  ])
  func `functions give what CloudFormation gives`(text: String, expected: String) throws {
    #expect(try value(text)?.text == expected)
  }

  @Test func `what a resource gives stays open until it exists`() throws {
    let open = try #require(try value("!Base64 { \"Fn::Sub\": \"x ${Other} ${Other.TopicArn}\" }"))
    #expect(open.text == nil)
    let completed = try open.completed { $0 == "Other" ? $1.lowercased() : nil }
    #expect(completed == .string("eCByZWYgdG9waWNhcm4="))
    #expect(throws: Explanation.self) { try open.completed { _, _ in nil } }
  }

  @Test(arguments: [
    (
      "!Ref Skipped",
      "Template format error: Unresolved resource dependencies [Skipped] in the Resources block of the template"
    ),
    (
      "!Sub \"${L}\"",
      "Template error: variable L in Fn::Sub expression does not resolve to a string"
    ),
    (
      "!Select [2, !Ref L]",
      "Template error: Fn::Select requires a list argument with two elements: an integer index and a list"
    ),
    ("!FindInMap [M, k, w]", "Template error: Unable to get mapping for M::k::w"),
  ])
  func `what cannot be evaluated is refused in CloudFormation's words`(
    text: String,
    message: String
  ) {
    let error = #expect(throws: Explanation.self) { try value(text) }
    #expect(error?.what == message)
  }

  struct Fault: Sendable {
    var declaration: String
    var value: String
    var message: String?
  }

  @Test(arguments: [
    Fault(declaration: "Type: Number", value: "x", message: "Parameter 'P' must be a number."),
    Fault(declaration: "Type: Number", value: "007", message: nil),
    Fault(
      declaration: "Type: Number, MinValue: 1",
      value: "0",
      message: "Parameter 'P' must be a number not less than 1."
    ),
    Fault(
      declaration: "Type: String, AllowedPattern: '[a-z]+'",
      value: "ab1",
      message: "Parameter 'P' must match pattern [a-z]+"
    ),
    Fault(
      declaration: "Type: String, MinLength: 2, ConstraintDescription: two at least",
      value: "",
      message: "Parameter P failed to satisfy constraint: two at least"
    ),
    Fault(
      declaration: "Type: List<Number>",
      value: "1, 2,x",
      message: "Parameter 'P' must be a number."
    ),
    Fault(
      declaration: "Type: String, AllowedValues: [yes, b]",
      value: "yes",
      message: "Parameter 'P' must be one of AllowedValues: true, b."
    ),
    Fault(declaration: "Type: String, AllowedValues: [yes, b]", value: "true", message: nil),
  ])
  func `a value is checked while it is typed`(fault: Fault) throws {
    let template = try #require(
      Template.read(
        "Parameters: { P: { \(fault.declaration) } }\nResources: { T: { Type: AWS::SNS::Topic } }"
      ).0
    )
    #expect(template.fault(of: fault.value, for: template.parameters[0]) == fault.message)
  }

  @Test func `all faults of parameters are told at once`() {
    let error = #expect(throws: InvalidTemplateParameters.self) {
      try value(
        "x",
        parameters: "{ P: { Type: String }, N: { Type: Number }, L: { Type: String, Default: l } }",
        given: ["N": "n", "Nn": "1"]
      )
    }
    #expect(
      error?.faults.map(\.message) == [
        "Parameters: [P] must have values", "Parameter 'N' must be a number.",
        "Parameters: [Nn] do not exist in the template",
      ]
    )
  }

  @Test func `a role with a name needs the stronger capability`() throws {
    let text =
      "Resources: { R: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: {}, RoleName: r } } }"
    let resolved = try #require(Template.read(text).0).resolved(with: [:], pseudo: pseudo)
    #expect(resolved.capabilities == ["CAPABILITY_NAMED_IAM"])
  }

  @Test func `the resolved template is JSON with a stable order`() throws {
    let text = """
      Parameters: { Secret: { Type: String, NoEcho: true, Default: s } }
      Resources:
        B: { Type: AWS::S3::Bucket, Properties: { BucketName: !Ref T } }
        T: { Type: AWS::SNS::Topic }
      """
    let resolved = try #require(Template.read(text).0).resolved(with: [:], pseudo: pseudo)
    #expect(
      resolved.jsonText() == """
        {
          "Parameters": {
            "Secret": "****"
          },
          "Resources": {
            "T": {
              "Type": "AWS::SNS::Topic",
              "DependsOn": [],
              "Properties": {}
            },
            "B": {
              "Type": "AWS::S3::Bucket",
              "DependsOn": [
                "T"
              ],
              "Properties": {
                "BucketName": {
                  "Ref": "T"
                }
              }
            }
          },
          "Outputs": {},
          "Capabilities": []
        }
        """
    )
  }
}
