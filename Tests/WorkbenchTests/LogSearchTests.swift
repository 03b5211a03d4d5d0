import Store
import Terminal
import Testing

@testable import Workbench

/// How text is looked for in a run's log, and how one gets out of that again.
struct LogSearchTests {
  private func shown() -> (RunView, Context) {
    var view = RunView(run: 142)
    let context = RunFixture.told(&view, RunFixture.context(80, 24))
    return (view, context)
  }

  private func type(_ text: String, _ view: inout RunView, _ context: Context) {
    for key in [Key("/")] + text.map({ Key($0) }) + [.enter] { _ = view.press(key, context) }
  }

  @Test func `a search begins with an empty field, and without a text the last one is looked for`()
  {
    var (view, context) = shown()
    type("477", &view, context)
    #expect(view.log.match == 476)
    type("478", &view, context)
    #expect(view.log.pattern == "478" && view.log.match == 477)
    type("", &view, context)
    #expect(view.log.pattern == "478" && view.log.match == 477)
    // A search that is called off is none.
    for key in [Key("/"), Key("9"), .escape] { _ = view.press(key, context) }
    #expect(view.log.field == nil && view.log.pattern == "478")
  }

  @Test func `how many lines hold the text is told, and which one is shown`() {
    var (view, context) = shown()
    // Of 1,204 lines the last 1,000 are read: ten of them are 300 to 309.
    type("epoch 30", &view, context)
    #expect(RunFixture.picture(view, context).contains("/epoch 30  10 of 10+  "))
    _ = view.press(Key("N"), context)
    #expect(RunFixture.picture(view, context).contains("/epoch 30  9 of 10+  "))
  }

  @Test func `Esc ends the search, then makes the log small, and only then leaves the run`() {
    var (view, context) = shown()
    _ = view.press(.enter, context)
    #expect(view.isLogWhole)
    type("477", &view, context)
    _ = view.press(.escape, context)
    #expect(view.log.pattern.isEmpty && view.log.match == nil && view.isLogWhole)
    _ = view.press(.escape, context)
    #expect(!view.isLogWhole)
    #expect(!view.bindings(context).contains { $0.keys.contains(.escape) })
  }
}
