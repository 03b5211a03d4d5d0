import Documents
import Foundation
import Pipelines
import Store
import Synchronization

/// The code of a run, or of several with the same, as their steps see it: read once, whatever the number
/// of steps.
///
/// A class, because it remembers what it has read; all that it answers follows from the manifest.
final class RunCode {
  /// A longer file is not looked at: it is some data.
  private static let longestPipeline = 256 << 10
  private static let mostPipelines = 100
  /// Which files are pipelines: what they hold says it, for all runs.
  private static let pipelines = Mutex<[Digest: Bool]>([:])
  private static let mostKnown = 4096

  /// The run's whole code.
  let digest: Digest
  private let manifest: Manifest
  private let pipelineFile: String?
  private let objects: ObjectStore
  private var closures: [String: Manifest] = [:]
  private var digests: [String: Digest] = [:]
  private var modules: [Digest: [PythonImports.Module]] = [:]
  /// A file could not be read: what follows from that holds for no other run.
  private var hasFailed = false

  /// Throws where the code of the run is missing from the store.
  ///
  /// `pipelineFile`, where there is one, is code of those steps only that declare it: an edit of one
  /// step would otherwise be one of all that see everything.
  init(
    _ code: Digest,
    of run: String,
    pipelineFile: String? = nil,
    objects: ObjectStore
  ) throws {
    guard let manifest = objects.manifest(code) else {
      let fault = objects.damaged(code)
      throw Explanation(
        what:
          "The code of \(run) is \(fault.state == .missing ? "missing from" : "damaged in") the store.",
        why: fault.why,
        next: "'lathe rerun \(run)' takes a new snapshot of the code as it is now."
      )
    }
    digest = code
    self.manifest = manifest
    self.pipelineFile = pipelineFile.map(CodeSnapshot.normal)
    self.objects = objects
  }

  /// Whether it is that of a run with this code and this pipeline.
  func isCode(_ code: Digest, pipelineFile: String?) -> Bool {
    !hasFailed && digest == code && self.pipelineFile == pipelineFile.map(CodeSnapshot.normal)
  }

  /// Begins to serve one more run: what was stored for an earlier one may have been collected since.
  func storeAnew() { digests = [:] }

  /// The digest of the manifest of what a step sees, which is in the store; without some paths.
  ///
  /// A step's own inputs are brought in by themselves, and what it has to make must not lie there
  /// already. `isWhole`: one command is not cached, and nothing is won by keeping from it what it may
  /// read.
  func digest(for process: ProcessStep, without paths: [String], isWhole: Bool) throws -> Digest {
    let hidden = paths.map(CodeSnapshot.normal).filter {
      $0.isEmpty || manifest.entries.hasPlace($0)
    }
    let own = isWhole ? "whole" : name(of: process)
    let name = own + "\0\0" + hidden.sorted().joined(separator: "\0")
    if let known = digests[name] { return known }
    var seen = isWhole ? manifest : closure(of: process, named: own)
    for path in hidden {
      if path.isEmpty { seen = Manifest() } else { seen.entries.remove(path) }
    }
    let digest = try objects.put(seen)
    digests[name] = digest
    return digest
  }

  private func closure(of process: ProcessStep, named name: String) -> Manifest {
    if let known = closures[name] { return known }
    let closure = CodeClosure(code: manifest) { [unowned self] in imports(of: $0) }
    var found = closure.manifest(for: process)
    if process.code == nil {
      if let pipelineFile { found.entries[pipelineFile] = nil }
      for path in others(in: found, besides: process) { found.entries[path] = nil }
    }
    closures[name] = found
    return found
  }

  /// Other pipelines of Lathe beside a step's script, unless its command names them: what an edit of one
  /// changes is another run.
  ///
  /// Only a file that can be launched as it is counts as such: no other program's file passes for it.
  private func others(in closure: Manifest, besides process: ProcessStep) -> [String] {
    let files = closure.entries.filter { $0.key.hasSuffix(".yaml") || $0.key.hasSuffix(".yml") }
    // So many are a data set, which is not read for that.
    guard files.count <= RunCode.mostPipelines else { return [] }
    let named = Set(CodeClosure.words(of: process).map(CodeSnapshot.normal))
    return files.compactMap { path, entry in
      guard !named.contains(path), let digest = entry.digest, isPipeline(digest) else { return nil }
      return path
    }
  }

  private func isPipeline(_ file: Digest) -> Bool {
    if let known = RunCode.pipelines.withLock({ $0[file] }) { return known }
    let text = text(of: file, limit: RunCode.longestPipeline)
    let found = text.map { $0.contains("steps") && Pipeline.read($0, name: "it").0 != nil } ?? false
    if hasFailed { return found }
    RunCode.pipelines.withLock { known in
      if known.count >= RunCode.mostKnown { known = [:] }
      known[file] = found
    }
    return found
  }

  private func imports(of file: Digest) -> [PythonImports.Module] {
    if let known = modules[file] { return known }
    let found = text(of: file, limit: CodeSnapshot.largestFile).map(PythonImports.modules) ?? []
    modules[file] = found
    return found
  }

  /// Nil for a longer file, and for one that cannot be read.
  private func text(of file: Digest, limit: Int) -> String? {
    if let data = objects.data(file, limit: limit) { return String(decoding: data, as: UTF8.self) }
    if objects.size(of: file).map({ $0 <= limit }) ?? true { hasFailed = true }
    return nil
  }

  /// Tells commands apart by what their closure depends on: declared code, or the words that are files.
  private func name(of process: ProcessStep) -> String {
    if let declared = process.code { return "declared\0" + declared.joined(separator: "\0") }
    if manifest.entries.isEmpty { return "words\0" }
    let words = CodeClosure.words(of: process).map(CodeSnapshot.normal)
    return "words\0" + words.filter(manifest.entries.hasPlace).joined(separator: "\0")
  }
}
