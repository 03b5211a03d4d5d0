internal import Glibc

/// What drawing looks at most of a series' sealed blocks, close together in memory.
///
/// Of each block its spans, and where in a span its least and its greatest value were found. So a
/// curve over the same blocks, again or in another window, touches a fraction of their pages. Blocks
/// that were not asked for take no memory.
struct SpanTable: ~Copyable, Keepable {
  let view: SpanView
  /// As if all blocks were at hand.
  var resident: Int { SpanView.length(view.capacity) }

  /// Room for so many blocks; nil when there is no memory.
  init?(capacity: Int) {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    let length = SpanView.length(capacity)
    guard let start = mmap(nil, length, PROT_READ | PROT_WRITE, flags, -1, 0), start != MAP_FAILED
    else { return nil }
    madvise(start, length, MADV_NOHUGEPAGE)
    view = SpanView(capacity: capacity, address: UInt(bitPattern: start))
  }

  deinit {
    munmap(UnsafeMutableRawPointer(bitPattern: view.address), SpanView.length(view.capacity))
  }
}

/// The memory of a table, for as long as that is kept.
struct SpanView: Sendable {
  /// How many blocks there is room for.
  let capacity: Int
  fileprivate let address: UInt

  private static let spans = SeriesFormat.mostPointsOfBlock / SeriesFormat.pointsOfSpan
  /// The spans' ends of up to 8 bytes; a byte for the place of each; one that says that all is there.
  private static let placesStart = spans * 16
  private static let flagStart = placesStart + spans * 2
  private static let slot = flagStart + 64

  fileprivate static func length(_ capacity: Int) -> Int { capacity * slot }

  /// The ends of the spans of a block, nil when they are not at hand.
  @inline(__always)
  func spans(ofBlock block: Int) -> UnsafeRawPointer? {
    guard let slot = slot(block), slot.load(fromByteOffset: Self.flagStart, as: UInt8.self) == 1
    else { return nil }
    return UnsafeRawPointer(slot)
  }

  /// Takes in the ends of the spans of a block.
  func take(_ bytes: UnsafeRawBufferPointer, ofBlock block: Int) {
    guard let slot = slot(block), let start = bytes.baseAddress, bytes.count <= Self.placesStart
    else { return }
    slot.copyMemory(from: start, byteCount: bytes.count)
    slot.storeBytes(of: 1, toByteOffset: Self.flagStart, as: UInt8.self)
  }

  /// Where in a span its least or its greatest value is; nil when that is not known.
  @inline(__always)
  func place(ofGreatest isGreatest: Bool, span: Int, ofBlock block: Int) -> Int? {
    let offset = Self.placesStart + 2 * span + (isGreatest ? 1 : 0)
    guard span < Self.spans, let slot = slot(block) else { return nil }
    let place = slot.load(fromByteOffset: offset, as: UInt8.self)
    return place > 0 ? Int(place) - 1 : nil
  }

  func note(_ place: Int, ofGreatest isGreatest: Bool, span: Int, ofBlock block: Int) {
    let offset = Self.placesStart + 2 * span + (isGreatest ? 1 : 0)
    guard span < Self.spans, place < 255, let slot = slot(block) else { return }
    slot.storeBytes(of: UInt8(place + 1), toByteOffset: offset, as: UInt8.self)
  }

  @inline(__always)
  private func slot(_ block: Int) -> UnsafeMutableRawPointer? {
    guard block < capacity else { return nil }
    return UnsafeMutableRawPointer(bitPattern: address + UInt(block * Self.slot))
  }
}
