import Documents
import Foundation
import Store
import Synchronization
import Testing

@testable import Engine

/// Results on their way into the cache.
struct PublicationTests {
  private static func entry(_ key: String) -> Publications.Entry {
    Publications.Entry(
      run: 1,
      execution: ExecutionRecord(
        key: Digest(of: key),
        run: 1,
        step: "s",
        pipeline: "p",
        attempt: 1,
        seconds: 1,
        components: [:],
        outputs: [:],
        ended: Date(timeIntervalSince1970: 0)
      )
    )
  }

  private static func alias(_ key: String, _ target: String) -> AliasRecord {
    AliasRecord(
      key: Digest(of: key),
      target: Digest(of: target),
      step: "s",
      pipeline: "p",
      time: Date(timeIntervalSince1970: 0),
      reason: ""
    )
  }

  @Test func `a key that means another one may have the result of that one`() {
    var publications = Publications()
    publications.take(Self.alias("a", "b"))
    publications.take(Self.alias("b", "c"))
    #expect(publications.mayHave(Digest(of: "a")))
    publications.nobodyWaits()
    #expect(!publications.mayHave(Digest(of: "a")))
    publications.add(Self.entry("c"))
    #expect(publications.mayHave(Digest(of: "a")) && publications.mayHave(Digest(of: "b")))
    #expect(!publications.mayHave(Digest(of: "d")))
    // In a circle nobody looks for ever.
    publications.nobodyWaits()
    publications.take(Self.alias("c", "a"))
    publications.nobodyWaits()
    #expect(!publications.mayHave(Digest(of: "a")))
  }

  @Test func `what may have a result is not kept without bounds`() {
    var publications = Publications()
    for number in 0..<Publications.mostFresh { publications.add(Self.entry("\(number)")) }
    #expect(!publications.mayHave(Digest(of: "none")))
    publications.add(Self.entry("one more"))
    #expect(publications.mayHave(Digest(of: "none")))
    publications.nobodyWaits()
    #expect(!publications.mayHave(Digest(of: "none")))
  }

  @Test func `what was found of a result is there for all that ask in its wave`() {
    var checks = ResultChecks()
    guard let result = Self.entry("k").execution else { return }
    checks.add(result, run: 1, step: "s")
    #expect(checks.begin().map(\.key) == [result.key])
    #expect(checks.end(result.key, .whole).map(\.step) == ["s"])
    // A plan asks first.
    #expect(checks[result.key] == .whole)
    #expect(checks[result.key] == .whole)
    checks.forget()
    #expect(checks[result.key] == nil)
  }

  @Test func `results that cannot be kept are told so until they are, whatever else is written`()
    throws
  {
    let executor = ScriptedExecutor()
    let site = try RunSite(CacheRunTests.files, executor: executor)
    let fault = Explanation(what: "There is no space left.")
    let syncs = Mutex(0)
    site.agent.retryPause = 3600
    site.agent.sync = {
      syncs.withLock { $0 += 1 }
      throw fault
    }
    let run = try site.launch()
    site.serve { site.agent.publicationObstacle != nil && executor.started.count == 3 }
    for note in ["a", "b", "c"] {
      try site.ask(.annotate(run: run, name: nil, note: note))
      site.agent.mark(run)
      site.agent.wave()
      #expect(try site.ask(.ping) == .waiting(fault))
    }
    // One timer tries again, not each write.
    #expect(site.agent.isPublicationPaused && syncs.withLock(\.self) == 1)
    try site.replaceAgent(executor: executor)
    #expect(try site.end(of: run).status == .succeeded)
  }

  @Test func `results that cannot be kept are tried again until they are`() throws {
    let site = try RunSite(CacheRunTests.files)
    let failures = Mutex(3)
    site.agent.retryPause = 0.01
    site.agent.sync = {
      let isFull = failures.withLock { left in
        left -= 1
        return left >= 0
      }
      if isFull { throw Explanation(what: "There is no space left.") }
    }
    #expect(try site.run().status == .succeeded)
    #expect(failures.withLock(\.self) < 0 && site.agent.publicationObstacle == nil)
    #expect(try site.ask(.ping) == .done)
    #expect(try site.run().stepsCached == 3)
  }
}
