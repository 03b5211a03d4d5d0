import Store
import Terminal

/// The screens that a digit leads to.
struct MainScreen: Sendable, Equatable {
  let key: Key
  let name: SafeText

  static let all = [
    MainScreen(key: Key("1"), name: "Runs"),
    MainScreen(key: Key("2"), name: "Gallery"),
    MainScreen(key: Key("3"), name: "Explorer"),
    MainScreen(key: Key("4"), name: "Models"),
    MainScreen(key: Key("5"), name: "Stacks"),
  ]

  func destination(_ context: Context) -> Destination {
    switch name {
    case "Gallery": .gallery
    case "Explorer": .explorer(instance: context.currentInstance?.name ?? "")
    case "Models": .models
    case "Stacks": .stacks
    default: .runs
    }
  }

  func isFront(_ destination: Destination) -> Bool {
    switch destination {
    case .runs, .sweep, .run, .runLog, .compare, .charts, .runForm: name == "Runs"
    case .gallery, .launchForm: name == "Gallery"
    case .explorer, .editor: name == "Explorer"
    case .models, .model: name == "Models"
    case .stacks, .stack: name == "Stacks"
    case .help, .palette: false
    }
  }
}
