/// Steps in the order in which they came: taken from the front, removed anywhere, in constant time.
struct StepQueue: Sequence, Equatable {
  private var order: [String] = []
  private var head = 0
  private var members: Set<String> = []

  var isEmpty: Bool { members.isEmpty }
  var count: Int { members.count }

  func contains(_ name: String) -> Bool { members.contains(name) }

  /// One that is in already keeps its place.
  mutating func append(_ name: String) {
    guard members.insert(name).inserted else { return }
    order.append(name)
  }

  mutating func append(_ names: some Sequence<String>) {
    for name in names { append(name) }
  }

  mutating func remove(_ name: String) {
    guard members.remove(name) != nil else { return }
    // What is left behind in the middle is passed over; a name that comes again must not find it there.
    if head < order.count, order[head] == name {
      head += 1
    } else if let index = order[head...].firstIndex(of: name) {
      order.remove(at: index)
    }
    if members.isEmpty {
      order = []
      head = 0
    } else if head > 1024, head > order.count / 2 {
      order.removeFirst(head)
      head = 0
    }
  }

  mutating func removeAll() -> [String] {
    defer { self = StepQueue() }
    return Array(self)
  }

  func makeIterator() -> IndexingIterator<ArraySlice<String>> { order[head...].makeIterator() }

  static func == (a: StepQueue, b: StepQueue) -> Bool { a.elementsEqual(b) }
}
