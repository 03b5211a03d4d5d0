/// A GPU that a step has, or had, for itself.
package struct AssignedGPU: Sendable, Equatable, Codable {
  package var uuid: String
  /// Such as "NVIDIA A100-SXM4-40GB"; empty when it was not told.
  package var name: String

  package init(uuid: String, name: String) {
    self.uuid = uuid
    self.name = name
  }

  /// "NVIDIA A100-SXM4-40GB (GPU-5a2c7f14)": the UUID as far as its first group.
  package var text: String {
    let parts = uuid.split(separator: "-", maxSplits: 2)
    let short = parts.prefix(2).joined(separator: "-")
    return name.isEmpty ? short : "\(name) (\(short))"
  }
}
