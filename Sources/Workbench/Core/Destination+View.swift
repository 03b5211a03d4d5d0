extension Destination {
  /// The screen that a destination names; `help` and `palette` lie over screens and are the root's.
  func makeView() -> any View {
    switch self {
    case .runs, .help, .palette: RunsView()
    case .sweep(let sweep): RunsView(sweep: sweep)
    case .gallery: GalleryView()
    case .launchForm(let template): LaunchFormView(template: template)
    case .stacks: StacksView()
    case .stack(let name): StackView(stack: name)
    case .explorer(let instance): ExplorerView(instance: instance)
    case .runForm(let instance, let from): RunFormView(instance: instance, from: from)
    case .run(let run): RunView(run: run)
    case .runLog(let run, let step, let line): RunView(run: run, step: step, line: line)
    case .charts(let runs): ChartsView(runs: runs)
    case .compare(let runs): CompareView(runs: runs)
    case .editor(let path, let line, let resuming):
      EditorScreen(path: path, line: line, resuming: resuming)
    case .models: ModelsView()
    case .model(let name): ModelsView(model: name)
    }
  }
}
