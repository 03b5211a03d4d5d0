package import Store

extension StepFacts {
  /// What an attempt that still runs has logged so far; its artifacts are stored at its end.
  package init(loggedIn folder: AttemptFolder) {
    let book = FactBook(path: folder.facts)
    self.init(params: book.params, summary: book.summary)
  }
}
