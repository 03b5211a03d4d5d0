internal import Synchronization

/// Something that takes memory and need not be kept.
protocol Keepable: ~Copyable, Sendable {
  /// About how many bytes it takes.
  var resident: Int { get }
}

/// Keeps something from one call to the next, for one call at a time.
final class Keeper<Value: Keepable & ~Copyable>: Sendable {
  private let kept = Mutex<Value?>(nil)

  deinit { forget() }

  /// Gives out what is kept; nil when there is nothing, or another call has it.
  func take() -> Value? {
    let value = kept.withLock { $0.take() }
    KeptMemory.bytes.subtract(value.resident, ordering: .relaxed)
    return value
  }

  /// Keeps it for the next call, unless all keepers together keep too much.
  func giveBack(_ value: consuming Value) {
    let bytes = value.resident
    let all = KeptMemory.bytes.add(bytes, ordering: .relaxed).newValue
    guard all <= KeptMemory.most else {
      KeptMemory.bytes.subtract(bytes, ordering: .relaxed)
      return
    }
    var value: Value? = consume value
    kept.withLock { kept in swap(&kept, &value) }
    KeptMemory.bytes.subtract(value.resident, ordering: .relaxed)
  }

  func forget() { _ = take() }
}

extension Optional where Wrapped: Keepable & ~Copyable {
  fileprivate var resident: Int {
    switch self {
    case .some(let value): value.resident
    case .none: 0
    }
  }
}

private enum KeptMemory {
  static let bytes = Atomic(0)
  static let most = 256 << 20
}
