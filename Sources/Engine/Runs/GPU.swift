import Foundation

/// One of the machine's GPUs, as `nvidia-smi` tells of it.
struct GPU: Sendable, Equatable {
  /// `GPU-5a2c...`: stays the same when indexes change.
  var uuid: String
  var index: Int
  var name: String
  /// Bytes; 0 when the driver does not say.
  var memory: Int
  /// Whose process computes on it that is none of Lathe's; nil: it is free to be assigned.
  var foreignUser: String?

  init(uuid: String, index: Int, name: String = "", memory: Int = 0, foreignUser: String? = nil) {
    self.uuid = uuid
    self.index = index
    self.name = name
    self.memory = memory
    self.foreignUser = foreignUser
  }

  static let listQuery = [
    "--query-gpu=index,uuid,name,memory.total", "--format=csv,noheader",
  ]
  static let processQuery = ["--query-compute-apps=gpu_uuid,pid", "--format=csv,noheader"]

  /// The GPUs out of the answers to both queries; lines that are none are passed over.
  ///
  /// `owner` tells the user of a process that is not Lathe's, and nil of one that is.
  static func parse(
    list: String,
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
    return rows(list).compactMap { fields in
      guard fields.count >= 4, let index = Int(fields[0]), index >= 0, fields[1].isDevice else {
        return nil
      }
      // A name may have commas.
      let name = fields[2..<(fields.count - 1)].joined(separator: ", ")
      let mebibytes = fields[fields.count - 1].split(separator: " ").first.flatMap { Int($0) } ?? 0
      return GPU(
        uuid: fields[1],
        index: index,
        name: String(name.prefix(128)),
        memory: max(0, min(mebibytes, 1 << 32)) << 20,
        foreignUser: users[fields[1]]
      )
    }
  }

  private static func rows(_ text: String) -> [[String]] {
    text.split(whereSeparator: \.isNewline).prefix(1024).map { line in
      line.split(separator: ",", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
    }
  }
}

extension String {
  fileprivate var isDevice: Bool { hasPrefix("GPU-") || hasPrefix("MIG-") }
}
