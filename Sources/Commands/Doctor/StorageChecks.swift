package import Documents
import Engine
import Foundation
package import Store
import Terminal

extension Session {
  /// What the home takes by kind.
  func usageCheck() -> Finding {
    do {
      return Finding("usage", .ok, try home.usage().words)
    } catch {
      let explanation = Explanation(error)
      return Finding("usage", .warning, "\(explanation.what) \(explanation.why)")
    }
  }

  /// Whether the stored objects are what their names tell.
  ///
  /// Reads for some seconds, or everything. What is damaged, the agent moves aside.
  func objectCheck(isFull: Bool) -> Finding {
    do {
      let audit = try audit(isFull: isFull)
      let damaged = audit.faults.filter { $0.state == .damaged }
      return objectFinding(audit, refusal: damaged.isEmpty ? nil : refusal(of: damaged))
    } catch {
      let explanation = Explanation(error)
      return Finding(
        "objects",
        .problem,
        "\(explanation.what) \(explanation.why)",
        next: explanation.next
      )
    }
  }

  /// Why the agent did not move damaged objects aside; nil when it did.
  private func refusal(of damaged: [ObjectAudit.Fault]) -> Explanation? {
    do {
      try agent.send(.setAside(damaged.map(\.digest)))
      return nil
    } catch {
      return Explanation(error)
    }
  }

  private func audit(isFull: Bool) throws -> ObjectAudit {
    let store = ObjectStore(home: home, isDurable: false)
    guard isFull else {
      let end = ProcessInfo.processInfo.systemUptime + 3
      return try store.audit(catalog) { ProcessInfo.processInfo.systemUptime < end }
    }
    guard errors.isTerminal, !isJSON else { return try store.audit(catalog) { true } }
    let all = try home.usage().objects
    let errors = errors
    defer { errors.write("\r\u{1b}[K") }
    return try store.audit(catalog) { read in
      let percent = min(100, read * 100 / max(1, all))
      errors.write("\rreading objects: \(percent)% of \(bytesText(all).string)\u{1b}[K")
    } while: {
      true
    }
  }
}

/// Whether there is room for runs: below 1 GiB is a problem, below 10 GiB a warning.
package func spaceFinding(_ space: FreeSpace) -> Finding {
  let text = "\(bytesText(space.free).string) are free on the disk of \(space.path)."
  if space.free < 1 << 30 {
    return Finding(
      "space",
      .problem,
      text,
      next: "Make room: 'lathe gc --trash', and old runs with 'lathe gc --keep 10'."
    )
  }
  if space.free < 10 << 30 {
    return Finding("space", .warning, text, next: "Make room before long runs: 'lathe gc'.")
  }
  return Finding("space", .ok, text)
}

/// Whether everything that is named is stored whole, as far as it was read.
///
/// `refusal`: why what is damaged could not be moved aside.
package func objectFinding(_ audit: ObjectAudit, refusal: Explanation? = nil) -> Finding {
  guard !audit.faults.isEmpty else {
    if audit.objects == 0 { return Finding("objects", .ok, "There are none yet.") }
    let all = "\(countText(audit.objects)) are there (\(bytesText(audit.bytes).string))"
    if audit.readObjects == audit.objects {
      return Finding("objects", .ok, "\(all); all were read and are whole.")
    }
    let read = "\(countText(audit.readObjects)) of them (\(bytesText(audit.readBytes).string))"
    return Finding(
      "objects",
      .ok,
      "\(all); \(read) were read and are whole. 'lathe doctor --full' reads all."
    )
  }
  let damaged = audit.faults.filter { $0.state == .damaged }.count
  let aside = audit.faults.filter(\.isAside).count
  let missing = audit.faults.count - damaged - aside
  let counts = [
    damaged > 0 ? "\(countText(damaged)) damaged" : "",
    missing > 0 ? "\(countText(missing)) missing" : "",
    aside == 0
      ? ""
      : aside == 1
        ? "1 that was damaged is set aside" : "\(countText(aside)) that were damaged are set aside",
  ].filter { !$0.isEmpty }.joined(separator: ", ")
  let names = audit.faults.prefix(5).map { fault in
    "\(fault.names.first ?? "one that nothing refers to") (\(fault.digest.short))"
  }
  let rest = audit.faults.count > 5 ? " and \(countText(audit.faults.count - 5)) more" : ""
  let found = "\(counts): \(names.joined(separator: ", "))\(rest)."
  if let refusal {
    return Finding(
      "objects",
      .problem,
      "\(found) What is damaged was not moved aside: \(refusal.what) \(refusal.why)",
      next: refusal.next
    )
  }
  return Finding(
    "objects",
    // What was set aside is dealt with: it is made again when somebody needs it.
    damaged + missing > 0 ? .problem : .warning,
    found,
    next:
      "The next 'lathe run' computes anew what needs them; an input or code is stored again from "
      + "its file, if that is still the same."
  )
}

extension Usage {
  /// By kind and in all: "objects 12 GiB (1,234), runs 3 GiB".
  package var words: String {
    let parts = [
      "objects \(bytesText(objects).string) (\(countText(objectCount)))",
      "runs \(bytesText(runs).string)", "trash \(bytesText(trash).string)",
      "catalog \(bytesText(state).string)", "gallery \(bytesText(share).string)",
    ]
    return parts.joined(separator: ", ") + ": \(bytesText(total).string) in all."
  }
}
