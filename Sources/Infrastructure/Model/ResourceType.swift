/// A resource type that Lathe provisions: its properties and attributes as CloudFormation has them.
package struct ResourceType: Sendable, Equatable {
  package let name: String
  package let properties: [String]
  package let required: [String]
  /// What `Fn::GetAtt` may ask for.
  package let attributes: [String]

  package static func named(_ name: String) -> ResourceType? { all.first { $0.name == name } }

  package static let all = [
    ResourceType(
      name: "AWS::SageMaker::NotebookInstance",
      properties: [
        "AcceleratorTypes", "AdditionalCodeRepositories", "DefaultCodeRepository",
        "DirectInternetAccess", "InstanceMetadataServiceConfiguration", "InstanceType", "KmsKeyId",
        "LifecycleConfigName", "NotebookInstanceName", "PlatformIdentifier", "RoleArn",
        "RootAccess",
        "SecurityGroupIds", "SubnetId", "Tags", "VolumeSizeInGB",
      ],
      required: [],
      attributes: ["NotebookInstanceName"]
    ),
    ResourceType(
      name: "AWS::SageMaker::NotebookInstanceLifecycleConfig",
      properties: ["NotebookInstanceLifecycleConfigName", "OnCreate", "OnStart", "Tags"],
      required: [],
      attributes: ["NotebookInstanceLifecycleConfigName"]
    ),
    ResourceType(
      name: "AWS::SageMaker::CodeRepository",
      properties: ["CodeRepositoryName", "GitConfig", "Tags"],
      required: ["GitConfig"],
      attributes: ["CodeRepositoryName"]
    ),
    ResourceType(
      name: "AWS::S3::Bucket",
      properties: [
        "AccelerateConfiguration", "AccessControl", "AnalyticsConfigurations", "BucketEncryption",
        "BucketName", "CorsConfiguration", "IntelligentTieringConfigurations",
        "InventoryConfigurations", "LifecycleConfiguration", "LoggingConfiguration",
        "MetricsConfigurations", "NotificationConfiguration", "ObjectLockConfiguration",
        "ObjectLockEnabled", "OwnershipControls", "PublicAccessBlockConfiguration",
        "ReplicationConfiguration", "Tags", "VersioningConfiguration", "WebsiteConfiguration",
      ],
      required: [],
      attributes: ["Arn", "DomainName", "DualStackDomainName", "RegionalDomainName", "WebsiteURL"]
    ),
    ResourceType(
      name: "AWS::SNS::Topic",
      properties: [
        "ArchivePolicy", "ContentBasedDeduplication", "DataProtectionPolicy",
        "DeliveryStatusLogging", "DisplayName", "FifoThroughputScope", "FifoTopic",
        "KmsMasterKeyId", "SignatureVersion", "Subscription", "Tags", "TopicName", "TracingConfig",
      ],
      required: [],
      attributes: ["TopicArn", "TopicName"]
    ),
    ResourceType(
      name: "AWS::IAM::Role",
      properties: [
        "AssumeRolePolicyDocument", "Description", "ManagedPolicyArns", "MaxSessionDuration",
        "Path",
        "PermissionsBoundary", "Policies", "RoleName", "Tags",
      ],
      required: ["AssumeRolePolicyDocument"],
      attributes: ["Arn", "RoleId"]
    ),
  ]
}
