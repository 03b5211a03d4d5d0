/// One series as it was at a refresh: a value, cheap to copy.
///
/// Its older points lie in sealed blocks of a file, the newest ones in memory. Nothing is read
/// before it is asked for; see `BlockSource` for what is kept of it.
package struct SeriesTrack: Sendable {
  /// The file of blocks.
  let blocks: BlockSource
  /// What is kept of the sealed blocks to draw them again.
  private let spans = Keeper<SpanTable>()
  /// In the order of logging.
  private(set) var sealed: [SealedBlock] = []
  /// Groups of sealed blocks, groups of groups, and so on: see `SeriesTree`.
  private(set) var groups: [[SeriesNode]] = []
  /// Of the sealed blocks and of their groups.
  private(set) var outlines = TreeOutlines()
  /// The points that are not sealed, which follow the sealed ones.
  var tail: [TailBlock] = []

  init(blocks: BlockSource) { self.blocks = blocks }

  /// A series that is not on disk.
  package init(_ data: SeriesData) {
    blocks = BlockSource("")
    append(data)
  }

  package var count: Int {
    // By place: `last` would copy a whole block's facts.
    if !tail.isEmpty { return tail[tail.count - 1].node.range.upperBound }
    return sealed.isEmpty ? 0 : sealed[sealed.count - 1].node.range.upperBound
  }

  /// The file of blocks, as far as they are sealed.
  func openBlocks() throws -> BlockFile {
    try blocks.open(sealed.last.map { $0.offset + $0.coding.length } ?? 0)
  }

  /// Throws a `SeriesError` when the file of blocks is not there or has become shorter.
  package func check() throws {
    if let last = sealed.last { try blocks.check(last.offset + last.coding.length) }
  }

  func spanTable() -> SpanTableUse? { SpanTableUse(spans, blocks: sealed.count) }

  /// What is known of all points.
  var node: SeriesNode {
    var node = SeriesNode(start: 0)
    for group in groups.last ?? [] { node.add(group) }
    if groups.isEmpty { for block in sealed { node.add(block.node) } }
    for block in tail { node.add(block.node) }
    return node
  }

  /// Nil for a series without points.
  package var summary: SeriesSummary? { SeriesSummary(node) }

  mutating func append(_ data: SeriesData) {
    var taken = 0
    while taken < data.count {
      if tail.isEmpty || tail[tail.count - 1].isFull { tail.append(TailBlock(start: count)) }
      taken += tail[tail.count - 1].append(data, from: taken)
    }
  }

  /// Adds the sealed block that follows; the tail must be empty.
  mutating func append(_ block: SealedBlock) {
    sealed.append(block)
    var child = sealed.count - 1
    outlines.set(block.node, at: SeriesTree.Place(level: 0, index: child))
    var level = 0
    // A level is grouped as soon as it has more nodes than one group.
    while (level == 0 ? sealed.count : groups[level - 1].count) > SeriesTree.fanOut {
      let isNew = level == groups.count
      if isNew {
        groups.append(regrouped(level))
      } else {
        let node = level == 0 ? block.node : groups[level - 1][child]
        update(level, child: child, node)
      }
      child /= SeriesTree.fanOut
      for index in isNew ? groups[level].indices : child..<child + 1 {
        outlines.set(groups[level][index], at: SeriesTree.Place(level: level + 1, index: index))
      }
      level += 1
    }
  }

  /// The groups of a level that had none.
  private func regrouped(_ level: Int) -> [SeriesNode] {
    let nodes = level == 0 ? sealed.map(\.node) : groups[level - 1]
    return stride(from: 0, to: nodes.count, by: SeriesTree.fanOut).map { start in
      var group = nodes[start]
      for node in nodes[(start + 1)..<min(nodes.count, start + SeriesTree.fanOut)] {
        group.add(node)
      }
      return group
    }
  }

  private mutating func update(_ level: Int, child: Int, _ node: SeriesNode) {
    let place = child / SeriesTree.fanOut
    guard place < groups[level].count else {
      groups[level].append(node)
      return
    }
    guard level > 0 else {
      groups[level][place].add(node)
      return
    }
    // The child has grown: the group is added up again.
    let start = place * SeriesTree.fanOut
    var group = groups[level - 1][start]
    for next in groups[level - 1][(start + 1)...] { group.add(next) }
    groups[level][place] = group
  }
}
