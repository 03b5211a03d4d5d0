/// Counts presses at one cell that follow each other within 400 ms.
package struct ClickCounter: Sendable, Equatable {
  private var last: Mouse?
  private var at: Int64 = 0

  package init() {}

  /// The report with its clicks counted; `milliseconds` is any clock that never goes back.
  package mutating func count(_ mouse: Mouse, milliseconds: Int64) -> Mouse {
    guard case .press = mouse.action else { return mouse }
    var counted = mouse
    if let last, last.action == mouse.action, last.at == mouse.at, milliseconds - at <= 400 {
      counted.clicks = last.clicks + 1
    }
    last = counted
    at = milliseconds
    return counted
  }
}
