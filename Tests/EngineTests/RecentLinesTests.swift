import Testing

@testable import Engine

/// Which line of a log tells why a script failed.
struct RecentLinesTests {
  private func telling(_ lines: [String]) -> String {
    var recent = RecentLines()
    for line in lines { recent.add(Array(line.utf8)) }
    return recent.telling
  }

  @Test func `the last line that looks like an error tells, or the only one`() {
    #expect(telling([]) == "")
    #expect(telling(["fi", " "]) == "fi")
    #expect(telling(["if", "fi"]) == "")
    #expect(telling(["Traceback", "ValueError: bad", "", "done"]) == "ValueError: bad")
    #expect(telling(["cp: no such file"] + Array(repeating: "a", count: 19)) == "cp: no such file")
    #expect(telling(["cp: no such file"] + Array(repeating: "a", count: 20)) == "")
    #expect(telling((1...45).map { "error \($0)" } + ["fi"]) == "error 45")
    let end = ["Traceback (most recent call last):", "  File \"t.py\"", "StopIteration: end"]
    #expect(telling(end) == "StopIteration: end")
    #expect(telling([String(repeating: "x", count: 400)]).utf8.count == 300)
  }
}
