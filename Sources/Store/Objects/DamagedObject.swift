import Documents

/// An object that is not there, or that holds other bytes than its name tells.
package struct DamagedObject: Explained, Equatable {
  package let digest: Digest
  package let state: ObjectState
  /// Whether a damaged one is out of the way, so that it is made anew.
  package var isAside: Bool
  /// Where the object should be.
  package let place: String
  /// The path in a stored folder that it holds; nil for an artifact itself.
  package var path: String?

  package var what: String { "The object \(digest.short) is missing or damaged." }

  package var why: String {
    let file = path.map { " It holds \($0) of a folder." } ?? ""
    if state == .missing { return "It should be at \(place).\(file)" }
    return isAside
      ? "\(place) held other bytes than its name tells; it was moved aside.\(file)"
      : "\(place) holds other bytes than its name tells.\(file)"
  }

  package var next: String {
    state == .missing || isAside
      ? "Run the step that made it again: 'lathe run'; its result is then stored anew."
      : "Where the home belongs to, 'lathe doctor' moves it aside and 'lathe run' makes it anew."
  }
}
