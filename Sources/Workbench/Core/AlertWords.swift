import Store
import Terminal

extension Int {
  /// This many alerts of watch rules as a mark behind a status: " !" for one, " !3" for more.
  var alertMark: StyledText {
    StyledText(self < 1 ? "" : self == 1 ? " !" : " !\(self)", .warning)
  }
}

extension AlertRecord {
  /// Which step it is of, and what its rule found.
  ///
  /// "train: NaN at 12: loss is NaN."
  var told: SafeText { SafeText(hostile: (step.map { $0 + ": " } ?? "") + words) }
}
