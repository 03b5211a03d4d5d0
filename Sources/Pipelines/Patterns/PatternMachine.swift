/// Pike's virtual machine: all ways through the program at once, one character after another.
///
/// Each instruction is visited at most once at each character, hence the bound on the time. The
/// threads of a list stand in the order in which a backtracking search would try them.
struct PatternMachine {
  /// Instructions visited so far.
  private(set) var steps = 0

  private let program: PatternProgram
  private let line: UnsafeBufferPointer<UInt8>
  /// For each instruction the last generation that visited it; a generation is a place in the line.
  private var visited: [Int32]
  private var generation: Int32 = 1
  /// The threads at this character and at the next one, in turn.
  private var lists = [Threads(), Threads()]
  private var now = 0
  /// The slots of the thread that is being followed.
  private var slots: [Int32]
  private var stack: [Frame] = []

  private struct Threads {
    var positions: [Int32] = []
    /// `slots` of each thread, one after another.
    var slots: [Int32] = []

    mutating func removeAll() {
      positions.removeAll(keepingCapacity: true)
      slots.removeAll(keepingCapacity: true)
    }
  }

  private enum Frame {
    case visit(Int32)
    case restore(slot: Int32, value: Int32)
  }

  /// A place between two characters; `none` before the first and after the last.
  private struct Place {
    var offset: Int
    var before: UInt32
    var after: UInt32
    var length: Int

    static let none = UInt32.max
  }

  init(program: PatternProgram, line: UnsafeBufferPointer<UInt8>) {
    self.program = program
    self.line = line
    visited = Array(repeating: 0, count: program.code.count)
    slots = Array(repeating: -1, count: program.slots)
  }

  /// The slots of the leftmost match.
  mutating func search() -> [Int32]? {
    var found: [Int32]?
    var place = self.place(0, after: Place.none)
    while true {
      if lists[now].positions.isEmpty {
        if found != nil || program.isAnchored && place.offset > 0 { break }
        if !skip(&place) { break }
      }
      if found == nil, !program.isAnchored || place.offset == 0 {
        for index in slots.indices { slots[index] = -1 }
        follow(from: 0, at: place, in: now)
      }
      let next =
        place.offset < line.count
        ? self.place(place.offset + place.length, after: place.after) : nil
      generation += 1
      if let match = advance(over: place.after, to: next) { found = match }
      guard let next else { break }
      lists[now].removeAll()
      now = 1 - now
      place = next
    }
    return found
  }

  /// Moves to the next place where a match can start; false when there is none.
  private func skip(_ place: inout Place) -> Bool {
    guard let first = program.firstBytes else { return true }
    guard !program.asksForWords, !program.isAnchored else { return place.offset < line.count }
    var offset = place.offset
    while offset < line.count, !first[Int(line[offset])] { offset += 1 }
    guard offset < line.count else { return false }
    // Only a line break before matters here, and that is one byte.
    if offset > place.offset { place = self.place(offset, after: UInt32(line[offset - 1])) }
    return true
  }

  /// Steps all threads over a character; the slots of the thread that has matched, if one has.
  private mutating func advance(over value: UInt32, to next: Place?) -> [Int32]? {
    for index in lists[now].positions.indices {
      steps += 1
      let position = lists[now].positions[index]
      switch program.code[Int(position)] {
      case .match:
        let start = index * program.slots
        // Threads behind this one have a lower priority.
        return Array(lists[now].slots[start..<start + program.slots])
      case .scalar(let wanted): guard value == wanted else { continue }
      case .set(let set):
        guard next != nil, program.sets[Int(set)].contains(value) else { continue }
      default: continue
      }
      guard let next else { continue }
      let start = index * program.slots
      for slot in slots.indices { slots[slot] = lists[now].slots[start + slot] }
      follow(from: position + 1, at: next, in: 1 - now)
    }
    return nil
  }

  /// Adds the threads that are reached from an instruction without taking a character.
  private mutating func follow(
    from start: Int32,
    at place: Place,
    in list: Int
  ) {
    var next = start
    while true {
      var position = next
      // Straight on as far as it goes; what was put aside comes after.
      while visited[Int(position)] != generation {
        visited[Int(position)] = generation
        steps += 1
        switch program.code[Int(position)] {
        case .jump(let target): position = target
        case .split(let first, let second):
          stack.append(.visit(second))
          position = first
        case .save(let slot):
          stack.append(.restore(slot: slot, value: slots[Int(slot)]))
          slots[Int(slot)] = Int32(place.offset)
          position += 1
        case .assertion(let assertion):
          if holds(assertion, at: place) { position += 1 }
        case .scalar, .set, .match:
          lists[list].positions.append(position)
          for slot in slots { lists[list].slots.append(slot) }
        }
      }
      guard let after = unwind() else { return }
      next = after
    }
  }

  /// Puts back the slots that were set on the way here; the next instruction that was put aside.
  private mutating func unwind() -> Int32? {
    while let frame = stack.popLast() {
      switch frame {
      case .visit(let position): return position
      case .restore(let slot, let value): slots[Int(slot)] = value
      }
    }
    return nil
  }
}

// MARK: Characters

extension PatternMachine {
  private func place(_ offset: Int, after before: UInt32) -> Place {
    guard offset < line.count else {
      return Place(offset: offset, before: before, after: Place.none, length: 0)
    }
    let (value, length) = character(at: offset)
    return Place(offset: offset, before: before, after: value, length: length)
  }

  /// The character at an offset and its length in bytes.
  private func character(at offset: Int) -> (UInt32, Int) {
    let first = line[offset]
    if first < 0x80 { return (UInt32(first), 1) }
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    let wrong = (ScalarSet.invalid + UInt32(first), 1)
    guard first >= 0xC2, first < 0xF5, offset + length <= line.count else { return wrong }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for index in offset + 1..<offset + length {
      guard line[index] & 0xC0 == 0x80 else { return wrong }
      value = value << 6 | UInt32(line[index] & 0x3F)
    }
    let least: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x1_0000
    guard value >= least, Unicode.Scalar(value) != nil else { return wrong }
    return (value, length)
  }

  private func holds(_ assertion: PatternAssertion, at place: Place) -> Bool {
    switch assertion {
    case .textStart: place.offset == 0
    case .textEnd: place.after == Place.none
    case .lastLineEnd:
      place.after == Place.none || place.after == 10 && place.offset == line.count - 1
    case .lineStart: place.offset == 0 || place.before == 10
    case .lineEnd: place.after == Place.none || place.after == 10
    case .wordBoundary: isWord(place.before) != isWord(place.after)
    case .notWordBoundary: isWord(place.before) == isWord(place.after)
    }
  }

  private func isWord(_ value: UInt32) -> Bool {
    value != Place.none && ScalarSet.holds(value, .word)
  }
}
