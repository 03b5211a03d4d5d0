import Foundation
import GRDB
import Synchronization

/// What a look at all stored objects has found.
package struct ObjectAudit: Sendable, Equatable {
  package struct Fault: Sendable, Equatable {
    package let digest: Digest
    package let state: ObjectState
    /// What refers to it: "r12 train model", "the code of r12"; at most `most` of them, newest first.
    package let names: [String]
    /// It is missing because it was damaged and moved aside.
    package let isAside: Bool

    package init(digest: Digest, state: ObjectState, names: [String], isAside: Bool = false) {
      self.digest = digest
      self.state = state
      self.names = names
      self.isAside = isAside
    }

    /// So many names are kept.
    package static let most = 4
  }

  package var objects = 0
  package var bytes = 0
  /// Of how many the bytes were read and compared with their names.
  package var readObjects = 0
  package var readBytes = 0
  /// What is missing or damaged.
  package var faults: [Fault] = []

  package init() {}
}

extension ObjectStore {
  /// Looks whether everything that the catalog names is there with its size, and reads as many objects as
  /// it is asked to, on all cores and in no order.
  ///
  /// `goesOn` is asked and `progress` (bytes that were read) is told by any thread.
  package func audit(
    _ catalog: Catalog,
    progress: @escaping @Sendable (Int) -> Void = { _ in },
    while goesOn: @escaping @Sendable () -> Bool
  ) throws -> ObjectAudit {
    let stored = try objects()
    var audit = ObjectAudit()
    audit.objects = stored.count
    audit.bytes = stored.reduce(0) { $0 + $1.size }
    let named = try NamedObjects(catalog, self)
    let sizes = Dictionary(stored.map { ($0.digest, $0.size) }) { first, _ in first }
    var faults: [Digest: ObjectState] = [:]
    for (digest, size) in named.sizes {
      guard let found = sizes[digest] else {
        // What was stored since the folder was read is there.
        if !contains(digest) { faults[digest] = .missing }
        continue
      }
      if let size, size != found { faults[digest] = .damaged }
    }
    let read = Atomic(0)
    let looked = try Crew.map(stored.shuffled()) { object, _ -> (Stored, ObjectState)? in
      guard goesOn(), let state = try? verify(object.digest, while: goesOn) else { return nil }
      progress(read.add(object.size, ordering: .relaxed).newValue)
      return (object, state)
    }
    for (object, state) in looked.compactMap({ $0 }) {
      audit.readObjects += 1
      audit.readBytes += object.size
      if state == .damaged { faults[object.digest] = .damaged }
    }
    audit.faults = faults.map { digest, state in
      ObjectAudit.Fault(
        digest: digest,
        state: state,
        names: named.names(of: digest),
        isAside: state == .missing && wasSetAside(digest)
      )
    }
    .sorted { ($0.names.first ?? "~", $0.digest) < ($1.names.first ?? "~", $1.digest) }
    return audit
  }
}

/// The objects that rows of the catalog name, with their sizes and what names them.
private struct NamedObjects {
  /// Nil where only the name is known.
  private(set) var sizes: [Digest: Int?] = [:]
  private var places: [Digest: [String]] = [:]

  init(_ catalog: Catalog, _ objects: ObjectStore) throws {
    for run in try catalog.runs(limit: .max) {
      add(
        Artifact(kind: .folder, digest: run.code, size: 0),
        "the code of \(run.shortName)",
        objects
      )
      add(run.pipelineFile, nil, "the pipeline of \(run.shortName)")
      if let diff = run.source.diff { add(diff, nil, "the uncommitted diff of \(run.shortName)") }
      for step in try catalog.steps(of: run.id) {
        let kept = step.facts.artifacts.merging(step.outputs) { _, output in output }
        for (name, artifact) in kept.sorted(by: { $0.key < $1.key }) {
          add(artifact, "\(run.shortName) \(step.name) \(name)", objects)
        }
      }
    }
    for model in try catalog.models() {
      add(model.artifact, "the model \(model.shortName)", objects)
    }
  }

  func names(of digest: Digest) -> [String] { places[digest] ?? [] }

  private mutating func add(_ artifact: Artifact, _ name: String, _ objects: ObjectStore) {
    let isNew = sizes[artifact.digest] == nil
    add(artifact.digest, artifact.kind == .file ? artifact.size : nil, name)
    guard artifact.kind == .folder else { return }
    guard isNew || (places[artifact.digest]?.count ?? 0) < ObjectAudit.Fault.most,
      let manifest = objects.manifest(artifact.digest)
    else { return }
    for (path, entry) in manifest.entries {
      if let digest = entry.digest { add(digest, entry.size, "\(name): \(path)") }
    }
  }

  private mutating func add(_ digest: Digest, _ size: Int?, _ name: String) {
    if let size {
      sizes[digest] = .some(size)
    } else if sizes[digest] == nil {
      sizes[digest] = .some(nil)
    }
    if places[digest, default: []].count < ObjectAudit.Fault.most {
      places[digest, default: []].append(name)
    }
  }
}
