package import Foundation

extension JSONEncoder {
  /// Writes NaN and infinities as the texts "NaN", "Infinity" and "-Infinity", keys in order.
  package static var keepingNaN: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity",
      negativeInfinity: "-Infinity",
      nan: "NaN"
    )
    return encoder
  }
}

extension JSONDecoder {
  /// Reads what `JSONEncoder.keepingNaN` wrote.
  package static var keepingNaN: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity",
      negativeInfinity: "-Infinity",
      nan: "NaN"
    )
    return decoder
  }
}
