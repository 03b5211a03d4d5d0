/// The candidate that was probably meant by `name`; nil when none is near.
///
/// Nearness is the Damerau-Levenshtein distance (restricted: insertions, deletions, substitutions and
/// swaps of neighbours), case ignored; at most a third of the longer name may differ.
/// Of equally near ones the first wins.
package func nearest(_ name: String, among candidates: [String]) -> String? {
  let wanted = Array(name.lowercased().unicodeScalars.prefix(128))
  var best: (name: String, distance: Int)?
  for candidate in candidates where candidate != name {
    let offered = Array(candidate.lowercased().unicodeScalars.prefix(128))
    let allowed = max(1, max(wanted.count, offered.count) / 3)
    guard min(wanted.count, offered.count) > 1 || wanted == offered,
      abs(wanted.count - offered.count) <= allowed
    else { continue }
    let distance = editDistance(wanted, offered)
    if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  return best?.name
}

/// "Did you mean 'train'?", or the names there are when none is near; empty when there are none.
package func suggestion(for name: String, among candidates: [String]) -> String {
  if let near = nearest(name, among: candidates) { return "Did you mean '\(near)'?" }
  guard !candidates.isEmpty, candidates.count <= 24 else { return "" }
  return "There \(candidates.count == 1 ? "is" : "are"): \(candidates.joined(separator: ", "))."
}

/// The number of edits, a swap of neighbours counting as one.
///
/// Source: Damerau, "A technique for computer detection and correction of spelling errors",
/// Communications of the ACM 7(3), 1964; the restricted form of Wagner and Lowrance's table.
func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
  var before: [Int] = []
  var last = Array(0...b.count)
  for i in 1...a.count {
    var row = [i]
    for j in 1...b.count {
      let isSame = a[i - 1] == b[j - 1]
      var cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (isSame ? 0 : 1))
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        cost = min(cost, before[j - 2] + 1)
      }
      row.append(cost)
    }
    before = last
    last = row
  }
  return last[b.count]
}
