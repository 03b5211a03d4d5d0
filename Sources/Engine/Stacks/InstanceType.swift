package import Documents
import Glibc

/// What a machine of SageMaker's has: an `ml.*` notebook type, or `local` for this whole machine.
package struct InstanceType: Sendable, Equatable {
  package let name: String
  /// Virtual CPUs; nil is the machine's whole.
  package let cpus: Int?
  /// In bytes; nil is the machine's whole.
  package let memory: Int?

  package static let local = InstanceType(name: "local", cpus: nil, memory: nil)

  private init(name: String, cpus: Int?, memory: Int?) {
    self.name = name
    self.cpus = cpus
    self.memory = memory
  }

  /// Finds a type by its name; one that is not known is refused with the nearest names.
  package init(named name: String) throws(Explanation) {
    if name == "local" {
      self = .local
    } else if let size = Self.sizes[name] {
      self.init(name: name, cpus: size.cpus, memory: Int(size.gib * 1_073_741_824))
    } else {
      throw Explanation(
        what: "There is no instance type '\(name)'.",
        why: "The nearest are \(Self.nearest(to: name).joined(separator: ", ")).",
        next: "Choose one of them, or 'local' for the whole machine."
      )
    }
  }

  /// All names, `local` first, then by family and size.
  package static let names: [String] =
    ["local"]
    + sizes.sorted { a, b in
      let families = (family(a.key), family(b.key))
      return families.0 == families.1 ? a.value.cpus < b.value.cpus : families.0 < families.1
    }.map(\.key)

  /// "4 CPU, 16 GiB (ml.m4.xlarge)", or "the whole machine (local)".
  package var summary: String {
    guard let cpus, let memory else { return "the whole machine (\(name))" }
    let gib = Double(memory) / 1_073_741_824
    let size = gib == gib.rounded() ? "\(Int(gib))" : "\(gib)"
    return "\(cpus) CPU, \(size) GiB (\(name))"
  }

  /// Why this machine is smaller than the type; nil when it is not.
  package func excess(over machine: Machine = .this) -> String? {
    guard let cpus, let memory else { return nil }
    // A machine sold with 16 GiB shows a little less than that.
    guard cpus > machine.cpus || Double(memory) * 0.9 > Double(machine.memory) else { return nil }
    let gib = Double(machine.memory) / 1_073_741_824
    let size = "\((gib * 10).rounded() / 10)"
    return "\(name) has more than this machine (\(machine.cpus) CPU, \(size) GiB): "
      + "steps get what is there."
  }

  /// What a machine has.
  package struct Machine: Sendable, Equatable {
    package var cpus: Int
    /// In bytes.
    package var memory: Int

    package init(cpus: Int, memory: Int) {
      self.cpus = cpus
      self.memory = memory
    }

    package static var this: Machine {
      Machine(
        cpus: max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))),
        memory: max(0, Int(sysconf(Int32(_SC_PHYS_PAGES))))
          * max(0, Int(sysconf(Int32(_SC_PAGESIZE))))
      )
    }
  }

  private static func family(_ name: String) -> String {
    name.split(separator: ".").dropLast().joined(separator: ".")
  }

  private static func nearest(to name: String) -> [String] {
    let bytes = Array(name.utf8.prefix(64))
    return Array(names.sorted { distance($0, bytes) < distance($1, bytes) }.prefix(3))
  }

  /// Levenshtein's distance.
  private static func distance(_ name: String, _ other: [UInt8]) -> Int {
    var row = Array(0...other.count)
    for (i, a) in name.utf8.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, b) in other.enumerated() {
        let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (a == b ? 0 : 1))
        diagonal = row[j + 1]
        row[j + 1] = next
      }
    }
    return row[other.count]
  }
}
