import Foundation
import Glibc
import Series
import Store
import Testing

@testable import Engine

/// One attempt's folder without a script: files are written into it, and taken in.
struct IngestSite {
  private let folder: TemporaryFolder
  var root: String { folder.path }
  let attempt: AttemptFolder
  var spec: AttemptSpec

  init(metrics: [AttemptSpec.Metric] = []) throws {
    folder = try TemporaryFolder()
    let root = folder.path
    attempt = AttemptFolder(path: root + "/attempt")
    try makeFolder(attempt.work)
    spec = AttemptSpec(
      run: 1,
      step: "train",
      attempt: 1,
      home: root,
      state: root,
      arguments: [],
      environment: [:],
      code: Digest(of: ""),
      inputs: [],
      outputs: [:],
      metrics: metrics
    )
    try JSONEncoder().encode(spec).write(to: URL(filePath: attempt.spec))
  }

  /// What takes the attempt's metrics in; with `isNew` false, after a runner that was killed.
  func ingest(
    isNew: Bool = true,
    punchSize: Int = 64 << 20,
    limits: IngestLimits = IngestLimits()
  ) throws -> Ingest {
    try Ingest(folder: attempt, spec: spec, isNew: isNew, punchSize: punchSize, limits: limits)
  }

  func append(_ bytes: some Sequence<UInt8>, to path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    #expect(file >= 0)
    defer { close(file) }
    try Array(bytes).withUnsafeBytes { try writeAll($0, to: file, path) }
  }

  func reader() throws -> SeriesReader {
    var reader = SeriesReader(folder: attempt.metrics)
    _ = try reader.refresh()
    return reader
  }

  /// Every point that stands in the series, as text.
  func points() throws -> [String] {
    let reader = try reader()
    return try reader.names.flatMap { name -> [String] in
      let data = try reader[name]?.allPoints() ?? SeriesData()
      return (0..<data.count).map { "\(name) \(data.steps[$0]) \(data.values[$0])" }
    }
  }
}

extension Ingest {
  /// Takes what there is now.
  mutating func takeAll() throws {
    while try drain() {}
  }
}
