import Documents
import Infrastructure
import Testing

let laboratory = #"""
  AWSTemplateFormatVersion: 2010-09-09
  Description: A laboratory
  Metadata:
    AWS::CloudFormation::Interface:
      ParameterGroups:
        - Label: { default: Machine }
          Parameters: [InstanceType]
      ParameterLabels:
        InstanceType: { default: Size }
  Parameters:
    Name: { Type: String, AllowedPattern: "[a-z]+", Default: lab }
    InstanceType: { Type: String, Default: local, AllowedValues: [local, ml.m4.xlarge] }
    WithBucket: { Type: String, Default: no, AllowedValues: [yes, no] }
  Mappings:
    Sizes: { small: { Volume: 5 }, big: { Volume: 50 } }
  Conditions:
    HasBucket: !Equals [!Ref WithBucket, true]
    NoBucket: !Not [!Condition HasBucket]
  Resources:
    Notebook:
      Type: AWS::SageMaker::NotebookInstance
      Properties:
        NotebookInstanceName: !Sub "${Name}-${AWS::StackName}"
        InstanceType: !Ref InstanceType
        RoleArn: !GetAtt Role.Arn
        LifecycleConfigName: !GetAtt Setup.NotebookInstanceLifecycleConfigName
        VolumeSizeInGB: !FindInMap [Sizes, small, Volume]
        KmsKeyId: !If [HasBucket, !Ref Bucket, !Ref "AWS::NoValue"]
        Tags:
          - Key: last
            Value: !Select [1, !Split ["-", !Ref "AWS::StackName"]]
    Setup:
      Type: AWS::SageMaker::NotebookInstanceLifecycleConfig
      Properties:
        OnCreate:
          - Content:
              Fn::Base64: !Sub |
                echo ${Name} ${!HOME}
    Role:
      Type: AWS::IAM::Role
      Properties: { AssumeRolePolicyDocument: { Version: 2012-10-17 } }
    Bucket:
      Type: AWS::S3::Bucket
      Condition: HasBucket
  Outputs:
    Url: { Value: !Join ["/", [s3, !Ref Name]], Description: Where }
    Role: { Value: !Sub "role ${Role.Arn}" }
    Bucket: { Condition: HasBucket, Value: !Ref Bucket }
  """#

let pseudo = PseudoParameters(stackName: "my-stack", stackID: "arn:aws:cloudformation:local:1")

struct InfrastructureTests {
  @Test func `a template is resolved in the order of its dependencies`() throws {
    let (read, findings) = Template.read(laboratory)
    #expect(findings == [])
    let template = try #require(read)
    #expect(template.parameters.map(\.name) == ["InstanceType", "Name", "WithBucket"])
    #expect(template.parameters[0].label == "Size")
    #expect(template.parameters[0].group == "Machine")
    #expect(template.parameters[2].allowedValues == ["true", "false"])

    let resolved = try template.resolved(with: ["Name": "abc"], pseudo: pseudo)
    #expect(resolved.resources.map(\.logicalID) == ["Setup", "Role", "Notebook"])
    #expect(resolved.capabilities == ["CAPABILITY_IAM"])
    let notebook = try #require(resolved.resources.last)
    #expect(notebook.dependsOn == ["Role", "Setup"])
    #expect(notebook.properties["NotebookInstanceName"] == .string("abc-my-stack"))
    #expect(notebook.properties["KmsKeyId"] == nil)
    #expect(notebook.properties["VolumeSizeInGB"] == .string("5"))
    #expect(notebook.properties["RoleArn"] == .getAtt(resource: "Role", attribute: "Arn"))
    #expect(
      resolved.resources[0].properties["OnCreate"]
        == .list([.map([.init("Content", .string("ZWNobyBhYmMgJHtIT01FfQo="))])])
    )
    #expect(resolved.outputs.map(\.name) == ["Url", "Role"])
    #expect(resolved.outputs[0].value == .string("s3/abc"))
    let role = try resolved.outputs[1].value.completed { "\($0)!\($1)" }
    #expect(role == .string("role Role!Arn"))
  }
}
