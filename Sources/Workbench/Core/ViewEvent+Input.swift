extension ViewEvent {
  /// Whether the user did it: what a question in front of a view takes for itself.
  var isInput: Bool {
    switch self {
    case .action, .terminal: true
    case .answered, .replied, .saved: false
    }
  }
}
