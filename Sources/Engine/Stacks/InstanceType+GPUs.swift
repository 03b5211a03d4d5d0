import Store

extension InstanceType {
  /// GPUs of the notebook types that have any, from AWS's lists of EC2 instance types.
  private static let gpus: [String: Int] = [
    "ml.p2.xlarge": 1, "ml.p2.8xlarge": 8, "ml.p2.16xlarge": 16,
    "ml.p3.2xlarge": 1, "ml.p3.8xlarge": 4, "ml.p3.16xlarge": 8,
    "ml.g4dn.xlarge": 1, "ml.g4dn.2xlarge": 1, "ml.g4dn.4xlarge": 1, "ml.g4dn.8xlarge": 1,
    "ml.g4dn.12xlarge": 4, "ml.g4dn.16xlarge": 1,
    "ml.g5.xlarge": 1, "ml.g5.2xlarge": 1, "ml.g5.4xlarge": 1, "ml.g5.8xlarge": 1,
    "ml.g5.12xlarge": 4, "ml.g5.16xlarge": 1, "ml.g5.24xlarge": 4, "ml.g5.48xlarge": 8,
  ]

  /// How many GPUs a type has; nil: the machine's all, as `local` has.
  static func gpus(of name: String) -> Int? {
    sizes[name] == nil ? nil : gpus[name] ?? 0
  }
}

extension InstanceRecord {
  /// How many GPUs its steps may have together; nil: as many as the machine has.
  var gpus: Int? { InstanceType.gpus(of: instanceType) }
}
