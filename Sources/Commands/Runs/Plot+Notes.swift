import Curves
import Series
import Store
import Terminal

extension Plot {
  /// What the picture cannot show; a print of every point leaves out nothing but what lies beside it.
  package var notes: [Line] {
    get throws {
      options.csv ? try besides : try besides + notFinite + (try notPositive) + (try notPositiveX)
    }
  }

  /// Which curves lie beside the part of x that was asked for, or beside that of the values.
  package var besides: [Line] {
    get throws {
      guard options.range != nil || options.yrange != nil else { return [] }
      var source = CurveSource()
      var request = request(columns: 1)
      request.axis = rangeAxis
      let extents = try source.extents(of: request)
      return zip(curves, extents).flatMap { curve, extent in
        var notes: [Line] = []
        if let range = options.range, let extent, !range.overlaps(extent) {
          let all = "\(unit(of: curve)) \(text(extent, stepFigure))"
          notes.append(note(curve, "no point lies \(range.text(stepFigure)); it has \(all)."))
        }
        // Prints of every point know no values that are left out.
        if let range = options.yrange, !options.csv, let summary = curve.track.summary,
          let min = summary.min, let max = summary.max, !range.overlaps(min...max)
        {
          let all = text(min...max) { figureText($0, of: curve.name) }
          notes.append(note(curve, "no value lies \(range.text(figureText)); it has \(all)."))
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
      // Bars have no place for them.
      let marks = options.bars ? "" : "; ! and arrows mark where"
      return note(curve, "\(odd) of \(all) values are NaN or infinite\(marks).")
    }
  }

  /// What a logarithmic axis leaves out.
  private var notPositive: [Line] {
    get throws {
      guard options.log, !options.bars else { return [] }
      return try curves.compactMap { curve in
        let count = try curve.track.count(upTo: 0)
        guard count > 0 else { return nil }
        let all = countText(curve.track.count)
        let values = "\(countText(count)) of \(all) values"
        let verbs = count == 1 ? "is 0 or less and has" : "are 0 or less and have"
        return note(
          curve,
          "\(values) \(verbs) no place on a logarithmic axis; --symlog draws them."
        )
      }
    }
  }

  /// Whose x begins where a logarithmic axis has no place.
  private var notPositiveX: [Line] {
    get throws {
      guard options.logX, !options.bars else { return [] }
      var source = CurveSource()
      var request = request(columns: 1)
      request.xKind = .linear
      return zip(curves, try source.extents(of: request)).compactMap { curve, extent in
        guard let extent, extent.lowerBound <= 0 else { return nil }
        let all = "\(unit(of: curve)) begin at \(stepFigure(extent.lowerBound))"
        return note(curve, "\(all): what is 0 or less has no place on a logarithmic axis.")
      }
    }
  }

  private func note(_ curve: LoggedMetric, _ text: String) -> Line {
    Line("\(curve.run.shortName) \(curve.label): ", .dim) + Line(SafeText(hostile: text))
  }

  private func text(_ extent: ClosedRange<Double>, _ word: (Double) -> String) -> String {
    let (low, high) = (word(extent.lowerBound), word(extent.upperBound))
    return low == high ? low : "\(low) to \(high)"
  }

  /// What `--range` is a part of: in prints of every point it chooses by the steps that they print.
  private var rangeAxis: CurveAxis { options.csv ? .step : axis }

  /// What x counts.
  private func unit(of curve: LoggedMetric) -> String {
    switch rangeAxis {
    case .step where SampledMetric.isSampled(curve.name): "seconds"
    case .step: "steps"
    case .relativeTime: "seconds"
    case .clock: "seconds since 1970"
    case .metric(let name): name
    }
  }
}
