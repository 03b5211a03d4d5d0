import Foundation
import Glibc
import Testing

extension EndToEnd {
  struct CollectKillTests {
    private static let runs = 12
    private static let kept = 10...12
    private static let files = 300

    @Test(.timeLimit(.minutes(10)))
    func
      `an agent that is killed while it collects loses nothing that is kept, and the next one ends it`()
      throws
    {
      let site = try Site()
      var generator = Seeded(state: 20_240_918)
      _ = try site.adopt("made", pipeline: Self.pipeline, scripts: Self.scripts)
      let sweep = "seed=1..\(Self.runs)"
      let made = try site.lathe("run", "--in", "made", "--sweep", sweep, within: 300)
      try #require(made.code == 0, "\(made)")
      let objects = try Self.objects(site)
      let (staying, leaving) = (
        objects.filter { Self.kept.contains($0.key.seed) },
        objects.filter { !Self.kept.contains($0.key.seed) }
      )
      try #require(staying.count == 3 * Self.files && leaving.count == 9 * Self.files)
      try Self.age(site)

      let collecting = try site.start("gc", "--keep", "3", "--yes")
      var midway = 0
      for _ in 0..<3 {
        // The first that goes of some of them: most are still there.
        let victims = leaving.values.filter { access($0, F_OK) == 0 }
          .shuffled(using: &generator).prefix(12)
        guard !victims.isEmpty, let agent: pid_t = awaited({ site.agent }) else { break }
        let deadline = Deadline(60)
        while !deadline.isOver, victims.allSatisfy({ access($0, F_OK) == 0 }) {}
        kill(agent, SIGKILL)
        if leaving.values.contains(where: { access($0, F_OK) == 0 }) { midway += 1 }
        try check(staying, site, "killed \(midway) times")
      }
      // Its command asks the next agent for the same, and gives up where too many have died.
      _ = try collecting.result(within: 120)
      let ended = try site.lathe("gc", "--keep", "3", "--yes")
      #expect(ended.code == 0, "\(ended)")
      print("killed \(midway) agents amid a collection")
      #expect(midway > 0)
      #expect(leaving.values.allSatisfy { access($0, F_OK) != 0 })
      try check(staying, site, "in the end")
      let left = try FileManager.default.contentsOfDirectory(atPath: site.home + "/runs")
      #expect(left.sorted() == Self.kept.map { "r\($0)" })
      #expect(try site.lathe("gc").output.hasPrefix("There is nothing to free."))
      let again = try site.lathe("run", "--in", "made", "-p", "seed=12")
      #expect(again.code == 0)
      #expect(try StepRow.all(of: "@", site) == ["make": "Cached"])
    }

    private func check(
      _ staying: [Object: String],
      _ site: Site,
      _ words: Comment
    ) throws {
      #expect(try site.integrity(of: site.home + "/catalog.sqlite") == "ok", words)
      for (object, path) in staying { #expect(site.read(path) == object.text, words) }
      for run in Self.kept {
        #expect(try StepRow.all(of: "r\(run)", site) == ["make": "Succeeded"], words)
      }
    }

    /// A file that a step has made, by what is in it.
    private struct Object: Hashable {
      let seed: Int
      let number: Int

      var text: String { "seed \(seed) file \(number)\n" }
    }

    private static func paths(_ site: Site) throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: site.home + "/objects")
        .filter { $0.count == 65 }.map { site.home + "/objects/" + $0 }
    }

    private static func objects(_ site: Site) throws -> [Object: String] {
      var found: [Object: String] = [:]
      for path in try paths(site) {
        let words = (site.read(path) ?? "").split(whereSeparator: \.isWhitespace)
        guard words.count == 4, words[0] == "seed", let seed = Int(words[1]),
          let number = Int(words[3])
        else { continue }
        found[Object(seed: seed, number: number)] = path
      }
      return found
    }

    /// Everything that the store has was stored long ago.
    private static func age(_ site: Site) throws {
      var times = [timespec(tv_sec: 1_000, tv_nsec: 0), timespec(tv_sec: 1_000, tv_nsec: 0)]
      for path in try paths(site) { utimensat(AT_FDCWD, path, &times, 0) }
    }

    private static let pipeline = """
      name: made
      parameters:
        seed: { type: Integer }
      steps:
        make:
          type: Processing
          run: [sh, make.sh, "${parameters.seed}"]
          outputs: { made: made }
      """

    private static let scripts = [
      "make.sh": """
      mkdir made
      i=0
      while [ $i -lt \(files) ]; do
        echo "seed $1 file $i" > made/$i
        i=$((i + 1))
      done
      """
    ]
  }
}
