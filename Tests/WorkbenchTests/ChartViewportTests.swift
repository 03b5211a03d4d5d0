import Testing

@testable import Workbench

struct ChartViewportTests {
  private let whole = 0.0...1000.0

  @Test func `a zoom keeps the place under it`() {
    var view = ChartViewport()
    view.zoom(by: 0.5, around: 250, in: whole)
    #expect(view.window(whole) == 125...625)
    view.zoom(by: 0.5, around: 625, in: whole)
    #expect(view.window(whole) == 375...625)
  }

  @Test func `zooming out ends at everything`() {
    var view = ChartViewport()
    view.zoom(by: 0.5, around: 900, in: whole)
    view.zoom(by: 4, around: 900, in: whole)
    #expect(view.isWhole)
  }

  @Test func `a window does not leave the points`() {
    var view = ChartViewport()
    view.show(x: 900...1000)
    view.pan(by: 3, in: whole)
    #expect(view.window(whole) == 900...1000)
    view.pan(by: -0.5, in: whole)
    #expect(view.window(whole) == 850...950)
  }

  @Test func `undo goes back box by box, a row of pans at once`() {
    var view = ChartViewport()
    view.show(x: 0...500, y: 1...2)
    view.show(x: 100...200)
    view.pan(by: 0.25, in: whole)
    view.pan(by: 0.25, in: whole)
    view.undo()
    #expect(view.place == .init(x: 100...200, y: 1...2))
    view.undo()
    #expect(view.place == .init(x: 0...500, y: 1...2))
    view.showAll()
    view.undo()
    view.undo()
    #expect(view.isWhole)
    #expect(!view.canUndo)
  }

  @Test func `a window that follows keeps its width at the end`() {
    var view = ChartViewport()
    view.toggleFollowing(whole)
    #expect(view.window(whole) == 800...1000)
    // It moves by hundredths of its width.
    #expect(view.window(0...1000.5) == 802...1002)
    #expect(view.window(0...1001.5) == 802...1002)
    view.toggleFollowing(0...1002)
    #expect(view.window(0...2000) == 802...1002)
  }

  @Test func `endless zooming and points at one place do no harm`() {
    var view = ChartViewport()
    for _ in 0..<500 { view.zoom(by: 0.5, around: 300, in: whole) }
    let window = view.window(whole)
    #expect(window.map { $0.lowerBound <= 300 && 300 <= $0.upperBound } == true)
    var still = ChartViewport()
    still.zoom(by: 0.5, around: 1, in: 1...1)
    still.toggleFollowing(1...1)
    still.pan(by: 1, in: 1...1)
    #expect(still.window(1...1)?.contains(1) != false)
  }
}
