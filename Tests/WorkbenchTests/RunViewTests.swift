import Testing
import Terminal

@testable import Workbench

struct RunViewTests {
  @Test(arguments: [(80, 24), (120, 36), (95, 50)])
  func look(_ size: (Int, Int)) {
    var view = RunView(run: 142)
    print(RunFixture.drawn(&view, RunFixture.context(size.0, size.1)))
    view = RunView(run: 142)
    print(RunFixture.drawn(&view, RunFixture.context(size.0, size.1, RunFixture.answers(RunFixture.failed))))
  }
}
