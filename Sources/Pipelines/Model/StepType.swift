/// The step types of SageMaker Pipelines that Lathe executes.
package enum StepType: String, Sendable, Codable, CaseIterable {
  case processing = "Processing"
  case training = "Training"
  case condition = "Condition"
  case registerModel = "RegisterModel"
  case fail = "Fail"
}
