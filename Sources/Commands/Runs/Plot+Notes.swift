import Curves
import Series
import Store
import Terminal

extension Plot {
  /// What the picture cannot show.
  package var notes: [Line] { get throws { try besides + notFinite } }

  /// Which curves lie beside the part of x that was asked for, or beside that of the values.
  package var besides: [Line] {
    get throws {
      guard options.range != nil || options.yrange != nil else { return [] }
      var source = CurveSource()
      let extents = try source.extents(of: request(columns: 1))
      return zip(curves, extents).flatMap { curve, extent in
        var notes: [Line] = []
        if let range = options.range, let extent, !range.overlaps(extent) {
          let all = "\(unit) \(text(extent))"
          notes.append(note(curve, "no point lies \(range.text); it has \(all)."))
        }
        // Prints of every point know no values that are left out.
        if let range = options.yrange, !options.csv, let summary = curve.track.summary,
          let min = summary.min, let max = summary.max, !range.overlaps(min...max)
        {
          notes.append(note(curve, "no value lies \(range.text); it has \(text(min...max))."))
        }
        return notes
      }
    }
  }

  private var notFinite: [Line] {
    curves.compactMap { curve in
      guard let summary = curve.track.summary, summary.finiteCount < summary.count else {
        return nil
      }
      let odd = countText(summary.count - summary.finiteCount)
      let all = countText(summary.count)
      return note(curve, "\(odd) of \(all) values are NaN or infinite; ! marks where.")
    }
  }

  private func note(_ curve: LoggedMetric, _ text: String) -> Line {
    Line("\(curve.run.shortName) \(curve.label): ", .dim) + Line(SafeText(hostile: text))
  }

  private func text(_ extent: ClosedRange<Double>) -> String {
    let (low, high) = (figureText(extent.lowerBound), figureText(extent.upperBound))
    return low == high ? low : "\(low) to \(high)"
  }

  /// What x counts.
  private var unit: String {
    switch axis {
    case .step: "steps"
    case .relativeTime: "seconds"
    case .clock: "seconds since 1970"
    case .metric(let name): name
    }
  }
}
