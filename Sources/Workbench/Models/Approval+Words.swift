import Store
import Terminal

extension Approval {
  /// Plain words, with SageMaker's where a newcomer would stumble.
  var word: SafeText {
    switch self {
    case .pending: "needs your approval"
    case .approved: "approved"
    case .rejected: "rejected"
    }
  }

  var style: Style {
    switch self {
    case .pending: .warning
    case .approved: .good
    case .rejected: .bad
    }
  }
}
