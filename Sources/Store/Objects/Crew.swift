import Dispatch
import Foundation
import Glibc
import Synchronization

/// Does the same with many things on all cores: the calling thread is one of those that work.
enum Crew {
  /// The most threads that work at once.
  static let size = min(16, ProcessInfo.processInfo.activeProcessorCount)

  /// The results come in no order; the first error ends it.
  ///
  /// `goesOn` is asked by the calling thread alone; what the work is given to ask, any thread may ask.
  static func map<Element: Sendable, Result: Sendable>(
    _ elements: [Element],
    while goesOn: () -> Bool = { true },
    _ work: @escaping @Sendable (Element, () -> Bool) throws -> Result
  ) throws -> [Result] {
    let threads = min(elements.count, size)
    if threads < 2 { return try elements.map { try work($0, goesOn) } }
    let pile = Pile(elements, work)
    for _ in 1..<threads {
      DispatchQueue.global().async { pile.take { !pile.isOver } }
    }
    func asks() -> Bool {
      if !goesOn() { pile.giveUp() }
      return !pile.isOver
    }
    pile.take(asks)
    // Who has not begun by now finds nothing left to do.
    while pile.isWorkedOn {
      _ = asks()
      usleep(200)
    }
    return try pile.results()
  }

  /// What is left to do and what was done, among threads.
  private final class Pile<Element: Sendable, Result: Sendable>: Sendable {
    private let elements: [Element]
    private let work: @Sendable (Element, () -> Bool) throws -> Result
    private let next = Atomic(0)
    private let workers = Atomic(0)
    private let over = Atomic(false)
    private let done = Mutex<(results: [Result], error: (any Error)?)>(([], nil))

    init(
      _ elements: [Element],
      _ work: @escaping @Sendable (Element, () -> Bool) throws -> Result
    ) {
      self.elements = elements
      self.work = work
    }

    var isOver: Bool { over.load(ordering: .relaxed) }
    var isWorkedOn: Bool { workers.load(ordering: .sequentiallyConsistent) > 0 }

    func giveUp() { over.store(true, ordering: .relaxed) }

    func take(_ goesOn: () -> Bool) {
      workers.add(1, ordering: .sequentiallyConsistent)
      defer { workers.subtract(1, ordering: .sequentiallyConsistent) }
      var results: [Result] = []
      while !isOver {
        let index = next.add(1, ordering: .sequentiallyConsistent).oldValue
        guard index < elements.count else { break }
        do {
          results.append(try work(elements[index], goesOn))
        } catch {
          giveUp()
          done.withLock { $0.error = $0.error ?? error }
        }
      }
      done.withLock { $0.results += results }
    }

    func results() throws -> [Result] {
      try done.withLock { done in
        if let error = done.error { throw error }
        // Given up between two of them.
        guard done.results.count == elements.count else { throw StoringGivenUp() }
        return done.results
      }
    }
  }
}
