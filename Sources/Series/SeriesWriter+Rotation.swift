extension SeriesWriter {
  /// Seals the journal: its points become blocks, which the index tells, and it is removed.
  ///
  /// Throws a `SeriesError`; the journal stands then as before, and is sealed when it has grown.
  mutating func rotate() throws {
    var bytes: [UInt8] = []
    var payload: [UInt8] = []
    for id in indexed..<names.count where id < defined {
      SeriesFormat.encode(define: id, name: names[id], into: &payload)
    }
    for source in sourcesOfJournal {
      SeriesFormat.encode(source: source, offset: committed(of: source), into: &payload)
    }
    payload.append(SeriesFormat.blocksTag)
    SeriesFormat.append(
      varint: UInt64(series.reduce(0) { $0 + $1.tail.count }),
      to: &payload
    )
    for id in series.indices {
      for block in series[id].tail { encode(block, of: id, into: &bytes, &payload) }
    }
    payload.append(SeriesFormat.sealedTag)
    SeriesFormat.append(varint: UInt64(files.generation), to: &payload)
    var frame: [UInt8] = []
    SeriesFormat.encode(frame: payload, into: &frame)
    do {
      try files.seal(blocks: bytes, frame: frame)
    } catch {
      sealsAt = journaled + journaled / 4
      throw error
    }
    for id in series.indices {
      for block in series[id].tail { series[id].sealed.add(block.node) }
      series[id].tail = []
    }
    journaled = 0
    sealsAt = 0
    indexed = defined
    sourcesOfJournal.removeAll()
  }

  private func encode(
    _ block: TailBlock,
    of id: Int,
    into bytes: inout [UInt8],
    _ entries: inout [UInt8]
  ) {
    let coding = BlockCoding(block)
    let start = bytes.count
    coding.encode(block, into: &bytes)
    let checksum = bytes.withUnsafeBytes {
      CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[start...]))
    }
    SealedBlock(
      node: block.node,
      offset: files.blocksEnd + start,
      checksum: checksum,
      coding: coding
    ).encode(id: id, into: &entries)
  }
}
