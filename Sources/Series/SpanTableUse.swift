/// A series' table of spans for the time of one call.
final class SpanTableUse {
  /// To be used only for as long as this is kept.
  let view: SpanView
  private var table: SpanTable?
  private let keeper: Keeper<SpanTable>

  /// A table with room for so many blocks; nil when there is no memory.
  init?(_ keeper: Keeper<SpanTable>, blocks: Int) {
    var table = keeper.take()
    if (table?.view.capacity ?? 0) < blocks { table = SpanTable(capacity: max(64, 2 * blocks)) }
    guard let view = table?.view else { return nil }
    self.view = view
    self.keeper = keeper
    self.table = table
  }

  deinit {
    if let table = table.take() { keeper.giveBack(table) }
  }
}
