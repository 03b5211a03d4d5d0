import Curves

/// What metrics said at steps: what is asked for, and the last answer, shown until the next is there.
struct StepReadings: Sendable, Equatable {
  private(set) var request: ReadingsRequest?
  private var found: [SeriesKey: PointReading] = [:]

  var query: Query? { request.map { .readings($0) } }

  subscript(key: SeriesKey) -> PointReading? { found[key] }

  mutating func ask(_ places: [ReadingsRequest.Place], _ context: Context) {
    request = places.isEmpty ? nil : ReadingsRequest(places: places)
    guard let request, case .readings(let readings)? = context.answers[.readings(request)] else {
      return
    }
    found = [:]
    for (place, reading) in zip(request.places, readings) { found[place.series] = reading }
  }
}
