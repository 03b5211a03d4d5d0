package import Foundation

extension Date {
  /// Seconds since an earlier time; 0 where a clock that was set back makes it a later one.
  package func seconds(since start: Date) -> Double { max(0, timeIntervalSince(start)) }
}
