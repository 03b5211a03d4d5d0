import Foundation

/// A word as a shell reads it back.
package func shellWord(_ word: String) -> String {
  let isPlain = word.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-_./=:,+@%".utf8.contains(byte)
    }
  }
  guard word.isEmpty || !isPlain else { return word }
  return "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
}
