import Engine
import Foundation
import Store
import Terminal
import Testing

@testable import Workbench

/// What the home takes, in the header, and runs that are kept.
struct HomeUseTests {
  private func facts(_ width: Int, running: Int = 0, home: Int? = 12 << 30) -> String {
    var answers: [Query: Answer] = [.header: header(running: running, failed: 1)]
    if let home { answers[.usage] = .usage(home) }
    return HeaderLayout(context(answers, width: width)).facts.runs.map(\.text.string).joined()
  }

  @Test func `the header says what the home takes beside what is free`() {
    #expect(facts(80) == "digits running │ 1 FAILED │ home 12 GiB │ free 212 GiB")
    #expect(
      facts(88)
        == "digits running 4 CPU 16 GiB (ml.m4.xlarge) │ 1 FAILED │ home 12 GiB │ free 212 GiB"
    )
  }

  @Test func `while something runs it is said in fewer words, not left out`() {
    func facts(_ width: Int) -> String {
      guard case .header(var header) = header(running: 1) else { return "" }
      header.load = MachineLoad(cpu: 1, memoryUsed: 17 << 28, memory: 16 << 30)
      let answers: [Query: Answer] = [.header: .header(header), .usage: .usage(12 << 30)]
      return HeaderLayout(context(answers, width: width)).facts.runs.map(\.text.string).joined()
    }
    let start = "digits running │ 1 running │ cpu 100%"
    #expect(facts(140) == start + " mem 4.3 GiB │ home 12 GiB │ free 212 GiB")
    #expect(facts(120) == start + " │ home 12 GiB │ free 212 GiB")
    #expect(facts(114) == start + " │ home 12G │ free 212G")
    #expect(facts(108) == start + " │ free 212G")
  }

  @Test func `where there is no room it goes first, and before it is known it is not there`() {
    #expect(facts(50) == "digits running │ 1 FAILED │ home 12G │ free 212G")
    #expect(facts(40) == "digits running │ 1 FAILED │ free 212G")
    #expect(!facts(200, home: nil).contains("home"))
    #expect((16...200).allSatisfy { facts($0, running: 2).count <= max($0 - 2, 14) })
  }

  @Test func `it is asked for with the header, and waited for by nobody`() {
    let root = Root(context: context(), start: .runs)
    #expect(root.queries.contains(.usage))
    #expect(root.queries.filter(\.isSlow) == [.usage])
  }

  // MARK: Pins

  private func root(_ runs: [RunRecord]) -> Root {
    var root = Root(context: context(), start: .runs)
    _ = root.update(.answered(.header, header()))
    _ = root.update(.answered(.runs(filter: "", limit: RunsView.page), .runs(runs)))
    return root
  }

  @Test func `p pins the selected run and takes the pin off, and a pinned one has a mark`() {
    var pinned = run(2, .succeeded)
    pinned.isPinned = true
    var screen = root([pinned, run(1, .succeeded)])
    let text = screen.draw().text
    #expect(text.contains("r2◆") && !text.contains("r1◆"))
    #expect(text.contains("pinned      it is kept; p takes the pin off"))
    #expect(requests(screen.update(.terminal(.key(Key("p"))))) == [.pin(run: 2, isPinned: false)])
    _ = screen.update(.terminal(.key(.down)))
    #expect(requests(screen.update(.terminal(.key(Key("p"))))) == [.pin(run: 1, isPinned: true)])
  }

  private func requests(_ effects: [Effect]) -> [AgentRequest] {
    effects.compactMap { if case .send(let request, _) = $0 { request } else { nil } }
  }

  @Test func `a pinned run is not removed`() {
    var pinned = run(2, .succeeded)
    pinned.isPinned = true
    var screen = root([pinned])
    #expect(screen.update(.terminal(.key(Key("x")))).isEmpty)
    #expect(screen.notice?.text == "The run is pinned: take the pin off first with p.")
  }

  @Test func `what the home takes stays in the header when another screen opens`() {
    var root = Root(context: context(), start: .runs)
    for (query, answer) in [Query.header: header(), .usage: .usage(12 << 30)] {
      _ = root.update(.answered(query, answer))
    }
    #expect(root.draw().lines[0].contains("home 12"))
    _ = root.update(.terminal(.key(Key("4"))))
    #expect(root.destination == .models)
    #expect(root.draw().lines[0].contains("home 12"))
  }
}
