import Pipelines
import Testing

struct MetricImportanceTests {
  @Test func `names stand by what they tell about a run`() {
    let order = [
      "val_loss", "eval/box_loss", "test loss", "loss", "cls_loss", "train/loss", "train/box_loss",
      "validation.accuracy", "val_f1_macro", "test_auc", "acc", "error_rate", "train_acc",
    ]
    #expect(order.reversed().byImportance { $0 } == order)
    for (left, right) in zip(order, order.dropFirst()) {
      #expect(MetricImportance(left) < MetricImportance(right), "\(left) \(right)")
    }
  }

  @Test func `what tells nothing comes last, in its order`() {
    let names = ["lr", "val/lr", "epoch", "scale", "train/grad_norm", "", "손실"]
    #expect(names.byImportance { $0 } == names)
    #expect((names + ["train_acc"]).byImportance { $0 } == ["train_acc"] + names)
  }

  @Test func `numbers in names count as such`() {
    let order = [
      "", "a", "a/07", "a/7", "a/7b", "a/8", "a/10", "a/10/2", "a/10/11", "a/b",
      "layers/2/w", "layers/10/w", "layers/123456789012345678901234567890/w", "손실",
    ]
    for (left, a) in order.enumerated() {
      for (right, b) in order.enumerated() {
        #expect(a.isNaturallyBefore(b) == (left < right), "\(a) \(b)")
      }
    }
  }

  @Test func `the order of names is one, whatever they are`() {
    var dice = SystemRandomNumberGenerator()
    func name() -> String {
      String((0..<Int.random(in: 0...5, using: &dice)).map { _ in "01aé/9".randomElement() ?? "a" })
    }
    for _ in 0..<2000 {
      let (a, b, c) = (name(), name(), name())
      #expect(
        [a.isNaturallyBefore(b), b.isNaturallyBefore(a), a == b].count { $0 } == 1,
        "\(a) \(b)"
      )
      if a.isNaturallyBefore(b), b.isNaturallyBefore(c) { #expect(a.isNaturallyBefore(c)) }
    }
  }

  @Test(arguments: ["Loss", "LOSS", "total_loss", "loss_epoch", "loss/step"])
  func `a loss is a loss in any spelling`(_ name: String) {
    #expect(!(MetricImportance("loss") < MetricImportance(name)))
    #expect(!(MetricImportance(name) < MetricImportance("loss")))
  }
}
