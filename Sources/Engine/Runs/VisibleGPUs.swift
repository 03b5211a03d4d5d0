/// The GPUs that a launching shell's CUDA_VISIBLE_DEVICES leaves to a run: a cap, as CUDA reads it.
struct VisibleGPUs: Sendable, Hashable {
  /// Indexes, UUIDs or their beginnings.
  let names: [String]

  static let variable = "CUDA_VISIBLE_DEVICES"

  /// Nil where the variable is not set: all are visible.
  init?(_ environment: [String: String]) {
    guard let value = environment[VisibleGPUs.variable] else { return nil }
    names = value.split(separator: ",", omittingEmptySubsequences: false)
      .prefix(1024).map { $0.filter { $0 != " " } }
  }

  /// Those of a machine's GPUs that are visible; CUDA reads no further than the first name of none.
  func among(_ gpus: [GPU]) -> [GPU] {
    var visible: Set<String> = []
    for name in names {
      let named = gpus.filter { gpu in
        if let index = Int(name) { return gpu.index == index }
        return name.count > 4 && gpu.uuid.hasPrefix(name)
      }
      guard !named.isEmpty else { break }
      visible.formUnion(named.map(\.uuid))
    }
    return gpus.filter { visible.contains($0.uuid) }
  }

  /// Those of some of a machine's GPUs that are visible.
  func among(_ some: [GPU], of machine: [GPU]) -> [GPU] {
    let visible = Set(among(machine).map(\.uuid))
    return some.filter { visible.contains($0.uuid) }
  }

  /// As the shell says it, for texts.
  var text: String { "\(VisibleGPUs.variable)=\(names.joined(separator: ",").prefix(64))" }
}
