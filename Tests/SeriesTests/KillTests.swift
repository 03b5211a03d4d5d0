import Foundation
import Glibc
import Series
import Testing

/// Real processes, killed at random moments, held to a side file of what was acknowledged.
struct KillTests {
  /// How often the writer is killed; `LATHE_ROUNDS=200` is the long form.
  private static let rounds =
    ProcessInfo.processInfo.environment["LATHE_ROUNDS"].flatMap { Int($0) } ?? 6

  @Test(.timeLimit(.minutes(20)))
  func `a writer killed at any moment has lost and doubled nothing`() async throws {
    let folder = try TemporaryFile()
    let metrics = folder.metrics + "/metrics"
    var acknowledged = 0
    var kept = 0
    var rotations = 0
    var dice = Dice(state: 20_261_122)
    for round in 0..<Self.rounds {
      let seed = dice.next()
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [metrics = metrics as String, seed = seed as UInt64] in
        try Victim.write(into: metrics, seed: seed)
      }
      let side = Victim.acknowledged(in: metrics)
      var reader = SeriesReader(folder: metrics)
      _ = try reader.refresh()
      let places = try Victim.places(of: reader)
      #expect(places == Array(0..<places.count), "round \(round)")
      #expect(places.count >= side, "round \(round): \(side) were acknowledged")
      // Killed between a batch and its acknowledgement, the next writer begins behind that batch.
      #expect(places.count >= kept, "round \(round): \(kept) were there")
      #expect(places.count - max(side, kept) <= Victim.mostOfBatch, "round \(round)")
      kept = places.count
      #expect(side >= acknowledged)
      acknowledged = side
      rotations = max(rotations, (reader[Victim.names[0]]?.count ?? 0) / Victim.pointsOfJournal)
    }
    #expect(acknowledged > 0)
    print(
      "\(Self.rounds) kills: \(acknowledged) points acknowledged, \(rotations) rotations at least"
    )
  }
}

/// The process that is killed: it takes in a source of counted points from where it had come.
private enum Victim {
  static let names = ["loss", "accuracy", "learning_rate"]
  static let mostOfBatch = 60
  static let pointsOfJournal = 100

  static func write(into metrics: String, seed: UInt64) throws {
    var dice = Dice(state: seed)
    let life = UInt32.random(in: 0...30_000, using: &dice)
    Thread.detachNewThread {
      usleep(life)
      kill(getpid(), SIGKILL)
    }
    let side = open(metrics + "-side", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    var writer = try SeriesWriter(folder: metrics, pointsOfJournal: pointsOfJournal)
    var place = writer.offset(of: "source")
    while true {
      for _ in 0..<Int.random(in: 1...mostOfBatch, using: &dice) {
        let name = names[place % 7 % names.count]
        writer.append(name, step: Double(place), time: Double(place) / 3, value: value(place))
        place += 1
      }
      writer.note(source: "source", offset: place)
      try writer.flush()
      var word = UInt64(place)
      pwrite(side, &word, 8, 0)
      if Int.random(in: 0..<50, using: &dice) == 0 { try writer.seal() }
    }
  }

  static func value(_ place: Int) -> Double { place % 11 == 0 ? .nan : 1 / Double(place) }

  static func acknowledged(in metrics: String) -> Int {
    let side = open(metrics + "-side", O_RDONLY | O_CLOEXEC)
    defer { close(side) }
    var word: UInt64 = 0
    return pread(side, &word, 8, 0) == 8 ? Int(word) : 0
  }

  /// The steps of all series together, in their order; those whose point is another are left out.
  static func places(of reader: SeriesReader) throws -> [Int] {
    var places: [Int] = []
    for name in names {
      let data = try reader[name]?.allPoints() ?? SeriesData()
      for (index, step) in data.steps.enumerated() {
        let place = Int(step)
        let isOurs =
          data.times[index] == step / 3
          && data.values[index].bitPattern == value(place).bitPattern
        if isOurs { places.append(place) }
      }
    }
    return places.sorted()
  }
}
