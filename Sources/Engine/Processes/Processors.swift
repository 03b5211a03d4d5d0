import CSystem

/// The processors that a thread, and what it starts, may run on.
enum Processors {
  /// Those of this thread.
  static var current: [Int] {
    var numbers = [Int32](repeating: 0, count: 1024)
    let count = lathe_processors(&numbers, Int32(numbers.count))
    return numbers.prefix(max(0, Int(count))).map(Int.init)
  }

  /// Binds this thread, and returns what it had before.
  ///
  /// Numbers that the machine does not have count for nothing; without any other, nothing changes.
  @discardableResult
  static func bind(to numbers: [Int]) -> [Int] {
    let before = current
    let wanted = numbers.compactMap { Int32(exactly: $0) }
    if !wanted.isEmpty { _ = lathe_bind(wanted, Int32(wanted.count)) }
    return before
  }
}
