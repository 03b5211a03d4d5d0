/// How a program ended.
package enum ChildExit: Sendable, Equatable {
  case code(Int32)
  case signal(Int32)
  /// It took longer than it was given and was ended.
  case timedOut

  /// From what `waitpid` tells.
  init(status: Int32) {
    let signal = status & 0x7f
    self = signal == 0 ? .code((status >> 8) & 0xff) : .signal(signal)
  }

  package var isSuccess: Bool { self == .code(0) }
}
