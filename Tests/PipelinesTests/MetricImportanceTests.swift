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

  @Test(arguments: ["Loss", "LOSS", "total_loss", "loss_epoch", "loss/step"])
  func `a loss is a loss in any spelling`(_ name: String) {
    #expect(!(MetricImportance("loss") < MetricImportance(name)))
    #expect(!(MetricImportance(name) < MetricImportance("loss")))
  }
}
