/// The provider of each resource type; a type without one of its own is recorded.
enum Providers {
  static func provider(of type: String) -> any ResourceProvider {
    table[type] ?? RecordedResource()
  }

  private static let table: [String: any ResourceProvider] = [
    NotebookInstance.type: NotebookInstance(),
    LifecycleConfig.type: LifecycleConfig(),
    CodeRepository.type: CodeRepository(),
    "AWS::S3::Bucket": Bucket(),
    "AWS::SNS::Topic": Topic(),
    "AWS::IAM::Role": Role(),
  ]
}
