import Foundation

/// One of the machine's GPUs, or a MIG device of one, as `nvidia-smi` tells of it.
package struct GPU: Sendable, Equatable {
  /// `GPU-5a2c...` or `MIG-c6d4...`: stays the same when indexes change.
  package var uuid: String
  package var index: Int
  /// The number of a MIG device on its GPU; nil: a whole GPU.
  package var slot: Int?
  package var name: String
  /// Bytes; 0 when the driver does not say.
  package var memory: Int
  /// Whose process computes on it that is none of Lathe's; nil: it is free to be assigned.
  package var foreignUser: String?

  package init(
    uuid: String,
    index: Int,
    slot: Int? = nil,
    name: String = "",
    memory: Int = 0,
    foreignUser: String? = nil
  ) {
    self.uuid = uuid
    self.index = index
    self.slot = slot
    self.name = name
    self.memory = memory
    self.foreignUser = foreignUser
  }

  /// "0", and "0:1" for a MIG device: as CUDA_VISIBLE_DEVICES names them.
  package var label: String { slot.map { "\(index):\($0)" } ?? "\(index)" }

  /// The machine's order.
  static func isBefore(_ a: GPU, _ b: GPU) -> Bool {
    (a.index, a.slot ?? -1) < (b.index, b.slot ?? -1)
  }
}

// MARK: - Reading

extension GPU {
  static let listQuery = [
    "--query-gpu=index,uuid,name,memory.total", "--format=csv,noheader",
  ]
  static let processQuery = ["--query-compute-apps=gpu_uuid,pid", "--format=csv,noheader"]
  /// The one answer that names MIG devices.
  static let deviceQuery = ["--list-gpus"]

  /// The GPUs out of the answers to the queries; lines that are none are passed over.
  ///
  /// A GPU that is divided into MIG devices counts as these. Where the driver tells only which GPU a
  /// process is on, all of its devices are that user's. `owner` tells the user of a process that is not
  /// Lathe's, and nil of one that is.
  static func parse(
    list: String,
    devices: String = "",
    processes: String = "",
    owner: (Int32) -> String? = { _ in nil }
  ) -> [GPU] {
    var users: [String: String] = [:]
    for fields in rows(processes) where fields.count >= 2 && fields[0].isDevice {
      guard users[fields[0]] == nil, let pid = Int32(fields[1]), let user = owner(pid) else {
        continue
      }
      users[fields[0]] = user
    }
    let parts = divisions(devices)
    return rows(list).flatMap { fields -> [GPU] in
      guard fields.count >= 4, let index = Int(fields[0]), index >= 0, fields[1].isDevice else {
        return []
      }
      // A name may have commas.
      let name = fields[2..<(fields.count - 1)].joined(separator: ", ")
      let mebibytes = fields[fields.count - 1].split(separator: " ").first.flatMap { Int($0) } ?? 0
      let whole = GPU(
        uuid: fields[1],
        index: index,
        name: String(name.prefix(128)),
        memory: max(0, min(mebibytes, 1 << 32)) << 20,
        foreignUser: users[fields[1]]
      )
      guard let parts = parts[whole.uuid] else { return [whole] }
      return parts.enumerated().map { slot, part in
        GPU(
          uuid: part.uuid,
          index: index,
          slot: slot,
          name: "\(whole.name) \(part.profile)",
          memory: memory(of: part.profile),
          foreignUser: users[part.uuid] ?? whole.foreignUser
        )
      }
    }
  }

  /// The MIG devices of each GPU that has any, out of lines such as
  /// `  MIG 1g.5gb      Device  0: (UUID: MIG-c6d4...)` behind the GPU's own.
  private static func divisions(_ text: String) -> [String: [(profile: String, uuid: String)]] {
    var found: [String: [(profile: String, uuid: String)]] = [:]
    var parent: String?
    for line in text.split(whereSeparator: \.isNewline).prefix(1024) {
      guard let mark = line.range(of: "(UUID: ", options: .backwards),
        let end = line[mark.upperBound...].firstIndex(of: ")")
      else { continue }
      let uuid = String(line[mark.upperBound..<end])
      let words = line.split(separator: " ")
      guard uuid.isDevice, let first = words.first else { continue }
      if first == "GPU" {
        parent = uuid
      } else if first == "MIG", words.count > 1, let parent {
        found[parent, default: []].append(("MIG \(words[1].prefix(32))", uuid))
      }
    }
    return found
  }

  /// Bytes by the name of a MIG profile, such as 5 GiB of "MIG 1g.5gb"; 0 where it has none.
  private static func memory(of profile: String) -> Int {
    guard let last = profile.split(separator: ".").last?.split(separator: "+").first,
      last.hasSuffix("gb"), let size = Int(last.dropLast(2)), (0...4096).contains(size)
    else { return 0 }
    return size << 30
  }

  private static func rows(_ text: String) -> [[String]] {
    text.split(whereSeparator: \.isNewline).prefix(1024).map { line in
      line.split(separator: ",", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
    }
  }
}

extension String {
  /// Whether it can name a device: it becomes part of a step's environment.
  fileprivate var isDevice: Bool {
    (hasPrefix("GPU-") || hasPrefix("MIG-")) && utf8.count <= 128
      && utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45
          || $0 == 47
      }
  }
}
