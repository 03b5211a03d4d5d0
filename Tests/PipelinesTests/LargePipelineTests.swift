import Documents
import Glibc
import Pipelines
import Testing

/// Pipelines of many steps are read and scheduled, in time that grows with their length.
struct LargePipelineTests {
  enum Shape: String, CaseIterable, Sendable {
    case wide, chain

    func text(_ count: Int) -> String {
      var text = "parameters: { n: { type: Integer, default: 1 } }\nsteps:\n"
      for index in 0..<count {
        text += "  s\(index): { type: Processing, run: [step, \"${parameters.n}\"]"
        if self == .chain {
          text += ", outputs: { o: o }"
          if index > 0 { text += ", inputs: { i: \"${steps.s\(index - 1).outputs.o}\" }" }
        }
        text += " }\n"
      }
      return text
    }
  }

  @Test(arguments: Shape.allCases)
  func `ten thousand steps are read and scheduled`(shape: Shape) throws {
    let (read, findings) = Pipeline.read(shape.text(10_000), name: "p")
    #expect(findings == [])
    let pipeline = try #require(read)
    #expect(pipeline.steps.count == 10_000)
    #expect(pipeline.step("s9999")?.dependsOn == (shape == .chain ? ["s9998"] : []))
    var schedule = Schedule(pipeline)
    var told = schedule.ready()
    #expect(told.count == (shape == .wide ? 10_000 : 1))
    var next = 0
    var skipped = 0
    while next < told.count {
      skipped += schedule.end(told[next], .succeeded).skipped.count
      told += schedule.ready()
      next += 1
    }
    #expect(skipped == 0)
    #expect(told == pipeline.steps.map(\.name))
    #expect(schedule.result == .succeeded)
  }

  @Test(arguments: Shape.allCases)
  func `four times the steps take about four times the work`(shape: Shape) throws {
    func cost(_ count: Int) throws -> Double {
      let text = shape.text(count)
      // The least of several: what else the machine does can only add to it.
      return try (0..<2).map { _ in
        let start = processorSeconds()
        let pipeline = try #require(Pipeline.read(text, name: "p").0)
        var schedule = Schedule(pipeline)
        var told = schedule.ready()
        var next = 0
        while next < told.count {
          _ = schedule.end(told[next], .succeeded)
          told += schedule.ready()
          next += 1
        }
        return processorSeconds() - start
      }.min() ?? 0
    }
    // Square growth would be sixteen.
    #expect(try cost(2000) < 8 * cost(500))
  }

  @Test func `the last step of a chain that fails is told why at once`() throws {
    let pipeline = try #require(Pipeline.read(Shape.chain.text(5000), name: "p").0)
    var schedule = Schedule(pipeline)
    #expect(schedule.ready() == ["s0"])
    let skipped = schedule.end("s0", .failed(reason: "r")).skipped
    #expect(skipped.count == 4999)
    #expect(skipped.first == .init(step: "s1", reason: "s0 failed"))
    #expect(skipped.last == .init(step: "s4999", reason: "s4998 was skipped"))
    #expect(schedule.isDone)
  }

  @Test func `more steps than can be run are refused`() {
    let steps = (0...20_000).map { "s\($0): {}" }.joined(separator: ", ")
    let (pipeline, findings) = Pipeline.read("steps: { \(steps) }", name: "p")
    #expect(pipeline == nil)
    #expect(findings.map(\.message) == ["There are 20001 steps; at most 20000 can be run."])
  }

  @Test func `a circle of many steps is told with its members' number`() {
    var text = Shape.chain.text(2000)
    text = text.replacing(
      "s0: { type: Processing",
      with: "s0: { type: Processing, depends_on: s1999"
    )
    let (pipeline, findings) = Pipeline.read(text, name: "p")
    #expect(pipeline == nil)
    #expect(
      findings.map(\.message) == [
        "The steps depend on each other in a circle: s0 -> s1999 -> s1998 -> s1997 -> s1996 -> s1995 -> s1994 -> s1993 -> ... -> s1 -> s0 (2000 steps)."
      ]
    )
  }

  @Test func `every circle is told`() {
    let text = """
      steps:
        a: { type: Processing, run: x }
        b: { type: Processing, run: x, depends_on: [b] }
        c: { type: Processing, run: x, depends_on: [d, b] }
        d: { type: Processing, run: x, depends_on: [e] }
        e: { type: Processing, run: x, depends_on: [d] }
      """
    let (pipeline, findings) = Pipeline.read(text, name: "p")
    #expect(pipeline == nil)
    #expect(
      findings.map(\.message) == [
        "Step 'b' depends on itself.", "The steps depend on each other in a circle: d -> e -> d.",
      ]
    )
  }

  private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
