/// A queue whose least element comes first; adding and taking cost the logarithm of its length.
package struct Heap<Element: Comparable> {
  private var elements: [Element]

  package init(_ elements: some Sequence<Element>) {
    // A sorted array is a heap.
    self.elements = elements.sorted()
  }

  package var isEmpty: Bool { elements.isEmpty }

  package mutating func push(_ element: Element) {
    var child = elements.count
    elements.append(element)
    while child > 0 {
      let parent = (child - 1) / 2
      guard elements[child] < elements[parent] else { return }
      elements.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the least element out; nil when there is none.
  package mutating func pop() -> Element? {
    guard let last = elements.popLast() else { return nil }
    guard let least = elements.first else { return last }
    elements[0] = last
    var parent = 0
    while true {
      let left = 2 * parent + 1
      guard left < elements.count else { break }
      let right = left + 1
      let child = right < elements.count && elements[right] < elements[left] ? right : left
      guard elements[child] < elements[parent] else { break }
      elements.swapAt(child, parent)
      parent = child
    }
    return least
  }
}

extension Heap: Sendable where Element: Sendable {}
