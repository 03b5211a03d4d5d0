import Dispatch
import Series
import Synchronization

/// One curve of an answer, found apart from all others.
///
/// A class, so that what is kept of a smoothed series is changed where it is and not copied.
final class CurveWork: Sendable {
  /// What was kept of the curve, and then what was found.
  struct State: Sendable {
    /// Nil until they are found.
    var points: CurvePoints?
    /// Nil where nothing is smoothed.
    var smooth: SmoothedTrack?
    var smoothed: CurvePoints?
  }

  let drawn: DrawnTrack
  private let floor: Double?
  /// Where the columns of dots begin.
  private let starts: [Double]
  private let state: Mutex<Result<State, any Error>>

  /// A curve of fewer points is drawn before another core has begun.
  private static let worthACore = 1000

  init(_ drawn: DrawnTrack, floor: Double?, starts: [Double], known: State) {
    (self.drawn, self.floor, self.starts) = (drawn, floor, starts)
    state = Mutex(.success(known))
  }

  /// Does all of it, on all cores where that is worth it.
  ///
  /// Curves of one attempt share what is kept of its file, so they follow each other.
  static func finish(_ works: [CurveWork]) {
    let attempts = Dictionary(grouping: works, by: \.drawn.key.folder).values
    let long = attempts.filter { $0.contains(where: \.isLong) }
    let isShared = long.count > 1
    if isShared {
      DispatchQueue.concurrentPerform(iterations: long.count) { index in
        for work in long[index] { work.finish() }
      }
    }
    for attempt in attempts where !isShared || !attempt.contains(where: \.isLong) {
      for work in attempt { work.finish() }
    }
  }

  /// Throws what finding it has thrown.
  func found() throws -> State { try state.withLock { try $0.get() } }

  private var isLong: Bool { drawn.count >= Self.worthACore }

  private func finish() {
    state.withLock { state in
      guard case .success(var own) = state else { return }
      // Let go of, so that there is one of it.
      state = .success(State())
      state = Result {
        try find(&own)
        return own
      }
    }
  }

  private func find(_ own: inout State) throws {
    if own.points == nil {
      own.points = try drawn.points(floor: floor, starts)
    } else {
      try drawn.track?.check()
    }
    guard let track = drawn.track, let axis = drawn.logged else { return }
    try own.smooth?.refresh(from: track)
    own.smoothed = try own.smooth?
      .curve(by: axis, floor: floor, columns: starts)
      .shifted(by: -drawn.origin)
  }
}
