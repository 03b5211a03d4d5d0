import Testing

@testable import Series

/// What drawing looks at says of every node what the node says.
struct OutlineTests {
  @Test func `outlines are those of the nodes, however a tree has grown`() {
    var dice = Dice(state: 5)
    var track = SeriesTrack(SeriesData())
    // A level begins behind 16, 256 and 4,096 blocks.
    for count in 1...4200 {
      var block = TailBlock(start: 3 * (count - 1))
      for index in 0..<3 {
        let place = Double(3 * count + index)
        let isOdd = Int.random(in: 0..<400, using: &dice) == 0
        block.append(
          step: isOdd ? .infinity : place,
          time: 1.7e9 + place * place,
          value: isOdd ? .nan : Double.random(in: -1...1, using: &dice)
        )
      }
      track.append(
        SealedBlock(node: block.node, offset: 0, checksum: 0, coding: BlockCoding(block))
      )
      guard [1, 16, 17, 18, 255, 256, 257, 300, 1000, 4096, 4097, 4200].contains(count) else {
        continue
      }
      let levels = [track.sealed.map(\.node)] + track.groups
      #expect(track.outlines.steps.map(\.count) == levels.map(\.count))
      for (level, nodes) in levels.enumerated() {
        for (index, node) in nodes.enumerated() {
          let place = SeriesTree.Place(level: level, index: index)
          for axis in [SeriesAxis.step, .time] {
            #expect(bits(track.outlines[place, axis]) == bits(NodeOutline(node, by: axis)))
          }
        }
      }
    }
  }

  private func bits(_ outline: NodeOutline) -> [UInt64] {
    [outline.xMin, outline.xMax, outline.yMin, outline.yMax, outline.last.x, outline.last.y]
      .map(\.bitPattern) + [UInt64(outline.last.place)]
  }
}
