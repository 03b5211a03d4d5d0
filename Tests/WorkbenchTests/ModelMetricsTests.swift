import Terminal
import Testing

@testable import Workbench

struct ModelMetricsTests {
  static let metrics = [
    "val_acc": 0.97, "val_loss": 0.125, "precision": 0.5, "a_very_long_name_of_a_metric": 1.5,
  ]

  @Test(arguments: [12, 20, 33, 60, 200])
  func `a name and its value stay on one line`(_ width: Int) {
    let lines = ModelsView.metricLines(Self.metrics, width: width).map(\.plain.string)
    #expect(lines.allSatisfy { SafeText(hostile: $0).width <= width })
    for figure in ["0.125", "0.97", "0.5", "1.5"] {
      #expect(lines.contains { $0.contains(" " + figure) })
    }
    #expect(lines.allSatisfy { $0.last?.isNumber == true })
    #expect(lines.first?.hasPrefix("val_loss 0.125") == true || width < 14)
  }
}
