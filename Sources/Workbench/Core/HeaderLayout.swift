import Store
import Terminal

/// The header line: facts at the left, the main screens at the right where there is room for them.
struct HeaderLayout: Sendable, Equatable {
  struct Tab: Sendable, Equatable {
    let screen: MainScreen
    let place: Rect
  }

  private(set) var tabs: [Tab] = []
  let facts: StyledText
  /// Cells for the facts.
  let room: Int

  init(_ context: Context) {
    let width = context.size.width
    let tabsWidth = MainScreen.all.reduce(0) { $0 + $1.name.width + 4 }
    let showsTabs = width >= 90
    room = width - 2 - (showsTabs ? tabsWidth + 1 : 0)
    facts = HeaderLayout.facts(context, room: room)
    guard showsTabs else { return }
    var x = width - tabsWidth
    for screen in MainScreen.all {
      tabs.append(
        Tab(screen: screen, place: Rect(x: x, y: 0, width: screen.name.width + 4, height: 1))
      )
      x += screen.name.width + 4
    }
  }

  func tab(at point: Point) -> MainScreen? {
    tabs.first { $0.place.contains(point) }?.screen
  }

  /// How much is said of each fact: the first form that fits is taken.
  private enum Form: Int, CaseIterable {
    case full
    /// Without the word "instance".
    case fewWords
    /// Without the instance's size.
    case shortInstance
    /// Without the memory in use.
    case shortLoad
    /// "home 1.2G" for "home 1.2 GiB", and "+1" for ", 1 more".
    case shortSizes
  }

  /// As many facts as fit: each is said in fewer words before the least important ones go.
  private static func facts(_ context: Context, room: Int) -> StyledText {
    guard context.headerFacts != nil else { return StyledText("lathe", .bold) }
    var parts: [(Int, StyledText)] = []
    for form in Form.allCases {
      parts = HeaderLayout.parts(context, form)
      let shown = joined(parts.map(\.1))
      if shown.width <= room { return shown }
    }
    var shown = joined(parts.map(\.1))
    while shown.width > room, parts.count > 1,
      let least = parts.indices.min(by: { parts[$0].0 < parts[$1].0 })
    {
      parts.remove(at: least)
      shown = joined(parts.map(\.1))
    }
    return shown
  }

  /// Each with its importance.
  private static func parts(_ context: Context, _ form: Form) -> [(Int, StyledText)] {
    guard let header = context.headerFacts else { return [] }
    func size(_ bytes: Int) -> SafeText {
      let text = bytesText(bytes)
      guard form == .shortSizes else { return text }
      return SafeText(hostile: text.string.replacing(" ", with: "").replacing("iB", with: ""))
    }
    var parts: [(Int, StyledText)] = [(9, instance(context, form))]
    if let owner = header.owner {
      parts.insert((10, StyledText("read only: home of \(owner)", .warning)), at: 0)
    }
    if let counts = counts(header.counts) { parts.append((8, counts)) }
    if let load = header.load {
      let cpu = Int((load.cpu * 100).rounded())
      let memory = form.rawValue < Form.shortLoad.rawValue
      parts.append(
        (6, StyledText(memory ? "cpu \(cpu)% mem \(size(load.memoryUsed))" : "cpu \(cpu)%"))
      )
    }
    if let bytes = context.homeBytes { parts.append((4, StyledText("home \(size(bytes))", .dim))) }
    let lowDisk = header.freeBytes < 5 << 30
    parts.append(
      (lowDisk ? 7 : 5, StyledText("free \(size(header.freeBytes))", lowDisk ? .bad : .dim))
    )
    return parts
  }

  private static func joined(_ parts: [StyledText]) -> StyledText {
    var line = StyledText()
    for (index, part) in parts.enumerated() {
      if index > 0 { line.append(" │ ", .dim) }
      line.runs += part.runs
    }
    return line
  }

  /// "instance digits running 4 CPU, 1 more"; where there is less room "digits running +1".
  private static func instance(_ context: Context, _ form: Form) -> StyledText {
    guard let instance = context.currentInstance else { return StyledText("no instance", .dim) }
    var text = StyledText()
    if form == .full { text.append("instance ", .dim) }
    text.append(SafeText(hostile: instance.name), .bold)
    text.append(" ")
    text.append(instance.status.word, instance.status.style)
    if form.rawValue < Form.shortInstance.rawValue {
      var size: [SafeText] = []
      if let cpus = instance.cpus { size.append("\(cpus) CPU") }
      if let memory = instance.memory { size.append("\(bytesText(memory))") }
      if instance.instanceType != "local" { size.append("(\(instance.instanceType))") }
      if !size.isEmpty { text.append(" \(size.joined(separator: " "))", .dim) }
    }
    let others = (context.headerFacts?.instances.count ?? 1) - 1
    if others > 0 {
      text.append(form == .shortSizes ? " +\(others)" : ", \(others) more", .dim)
    }
    return text
  }

  private static func counts(_ counts: RunCounts) -> StyledText? {
    var parts: [StyledText] = []
    if counts.executing > 0 { parts.append(StyledText("\(counts.executing) running", .running)) }
    if counts.queued > 0 { parts.append(StyledText("\(counts.queued) queued", .dim)) }
    if counts.failed > 0 {
      parts.append(StyledText("\(counts.failed) FAILED", Style(.bad, bold: true)))
    }
    guard !parts.isEmpty else {
      return counts.all > 0
        ? StyledText(counts.all == 1 ? "1 run" : "\(counts.all) runs", .dim) : nil
    }
    var line = StyledText()
    for (index, part) in parts.enumerated() {
      if index > 0 { line.append(" ") }
      line.runs += part.runs
    }
    return line
  }
}

extension InstanceStatus {
  /// In plain words, with SageMaker's name where it differs.
  var word: SafeText {
    switch self {
    case .pending: "starting"
    case .inService: "running"
    case .stopping: "stopping"
    case .stopped: "stopped"
    case .failed: "FAILED"
    case .updating: "updating"
    case .deleting: "going away"
    }
  }

  var style: Style {
    switch self {
    case .pending, .updating: .running
    case .inService: .good
    case .stopping, .stopped, .deleting: .warning
    case .failed: .bad
    }
  }
}
