/// A circle of dependencies: each name depends on the next, and the last is the first again.
package struct DependencyCycle: Error, Equatable {
  package let names: [String]

  package init(names: [String]) { self.names = names }
}

/// Positions in an order in which each item stands behind what it depends on, otherwise as given.
///
/// Names that are not among the items are ignored. A cycle is given from its first member in the
/// order of the items. Takes time linear in items and dependencies, but for choosing the first ready
/// one, which is logarithmic.
package func dependencyOrder(
  _ items: [(name: String, dependsOn: [String])]
) -> Result<[Int], DependencyCycle> {
  var positions: [String: Int] = [:]
  positions.reserveCapacity(items.count)
  for (position, item) in items.enumerated() { positions[item.name] = position }
  // A need that is named twice counts twice, here and where it is met.
  let needs = items.map { $0.dependsOn.compactMap { positions[$0] } }
  var order: [Int] = []
  order.reserveCapacity(items.count)
  var isPlaced = [Bool](repeating: false, count: items.count)
  var missing = needs.map(\.count)
  var dependents = [[Int]](repeating: [], count: items.count)
  for (item, needed) in needs.enumerated() {
    for need in needed { dependents[need].append(item) }
  }
  var ready = Heap(items.indices.filter { missing[$0] == 0 })
  while let item = ready.pop() {
    order.append(item)
    isPlaced[item] = true
    for dependent in dependents[item] {
      missing[dependent] -= 1
      if missing[dependent] == 0 { ready.push(dependent) }
    }
  }
  guard order.count < items.count else { return .success(order) }

  // Each item that is left waits for another that is left, so following them comes round.
  var path: [Int] = []
  var isOnPath = [Bool](repeating: false, count: items.count)
  var item = isPlaced.firstIndex(of: false) ?? 0
  while !isOnPath[item] {
    path.append(item)
    isOnPath[item] = true
    guard let next = needs[item].filter({ !isPlaced[$0] }).min() else { break }
    item = next
  }
  var circle = Array(path.drop { $0 != item })
  if let first = circle.min(), let start = circle.firstIndex(of: first) {
    circle = Array(circle[start...] + circle[..<start])
  }
  return .failure(DependencyCycle(names: (circle + circle.prefix(1)).map { items[$0].name }))
}
