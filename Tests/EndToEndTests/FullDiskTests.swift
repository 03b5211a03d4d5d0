import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// Disks that fill up while something runs: nothing crashes, spins, is lost or torn, and the step that
  /// cannot write says where.
  ///
  /// The disks are file systems of a few hundred KiB in a mount namespace of their own; where a machine
  /// does not permit that, the tests are reported as skipped.
  @Suite(.enabled(if: SmallDisks.obstacle == nil, "This machine permits no mounts."))
  struct FullDiskTests {
    // MARK: The catalog

    @Test func `with a full catalog the agent waits, says so, and goes on by itself`() throws {
      let site = try Site()
      let state = site.folder + "/state"
      site.environment["LATHE_STATE"] = state
      let disks = try SmallDisks(site, [state: 2048])
      let side = site.folder + "/side"
      _ = try site.adopt("gated", pipeline: Self.gated, scripts: Self.scripts(side: side))
      try #require(try site.lathe("run", "--detach", "--in", "gated").code == 0)
      try wait(for: side, "begun first", site)
      try disks.fill(state)
      let agent = try #require(site.agent)

      // The step ends, and its end cannot be written down.
      try site.write("", to: "gate")
      let record = site.home + "/runs/r1/first/1/exit.json"
      let isOver: Bool? = awaited { site.read(record) == nil ? nil : true }
      try #require(isOver == true)
      let told: ChildProcess.Result? = try awaited {
        let told = try site.lathe("doctor")
        return told.output.contains("goes on by itself") ? told : nil
      }
      let doctor = try #require(told)
      #expect(doctor.code == 1)
      #expect(doctor.output.contains("Could not write the catalog \(state)/catalog.sqlite."))
      for words in [["runs"], ["show", "r1"]] {
        let shown = try site.run([Site.lathe] + words)
        #expect(shown.code == 0)
        #expect(shown.output.contains("Executing") || shown.output.contains("running"))
        #expect(shown.errors.contains("warning: The disk of \(state) is full."), "\(shown)")
      }
      let refused = try site.lathe("run", "--detach", "--in", "gated")
      #expect(refused.code != 0)
      #expect(refused.errors.contains("No space left on device"), "\(refused)")
      let terminal = try TmuxTerminal(site)
      try terminal.wait(for: "Runs", "r1", "free 0")
      try terminal.key("q")
      #expect(site.read(site.home + "/runs/r1/second/1/claim") == nil)

      // Waiting costs next to nothing.
      let before = Self.ticks(of: agent)
      poll(nil, 0, 5000)
      let used = Self.ticks(of: agent) - before
      #expect(used <= 10, "\(used) ticks of CPU in 5 s")

      try disks.empty(state)
      let start = Deadline.now
      let watched = try site.lathe("watch", "r1")
      #expect(watched.code == 0, "\(watched)")
      print(
        "full catalog: \(used) ticks in 5 s; done \(Deadline.now - start) s after there is space"
      )
      #expect(site.agent == agent)
      #expect(try StepRow.all(of: "r1", site) == ["first": "Succeeded", "second": "Succeeded"])
      #expect(site.read(side) == "begun first\nended first\nbegun second\nended second\n")
      try Self.check(state + "/catalog.sqlite", site)
      // What was refused has left nothing.
      #expect(try site.lathe("runs", "--json").output.contains("\"r2\"") == false)
    }

    @Test func `an agent that dies while the catalog is full is replaced once there is space`()
      throws
    {
      let site = try Site()
      let state = site.folder + "/state"
      site.environment["LATHE_STATE"] = state
      let disks = try SmallDisks(site, [state: 2048])
      let side = site.folder + "/side"
      _ = try site.adopt("gated", pipeline: Self.gated, scripts: Self.scripts(side: side))
      try #require(try site.lathe("run", "--detach", "--in", "gated").code == 0)
      try wait(for: side, "begun first", site)
      try disks.fill(state)
      if let agent = site.agent { kill(agent, SIGKILL) }
      try site.write("", to: "gate")
      let record = site.home + "/runs/r1/first/1/exit.json"
      let isOver: Bool? = awaited { site.read(record) == nil ? nil : true }
      try #require(isOver == true)
      #expect(try site.lathe("runs").code == 0)
      try disks.empty(state)
      // No command is typed: the runner, which has seen its agent die, sees to another one.
      let second = site.home + "/runs/r1/second/1/exit.json"
      let isDone: Bool? = awaited(within: 90) { site.read(second) == nil ? nil : true }
      try #require(isDone == true)
      #expect(try site.lathe("watch", "r1").code == 0)
      #expect(site.read(side) == "begun first\nended first\nbegun second\nended second\n")
      try Self.check(state + "/catalog.sqlite", site)
    }

    // MARK: An attempt

    /// What of an attempt lies on a disk that is full.
    struct Part: Sendable, CustomTestStringConvertible {
      var name: String
      /// Below the home, where the small file system is mounted.
      var place: String
      /// KiB that are free when the run begins; nil: it fills up once the script has begun.
      var rest: Int?
      /// What the script does between its beginning and its end.
      var script: String
      /// What the reason names, beside the full disk.
      var names: String

      var testDescription: String { name }
    }

    static let parts = [
      Part(
        name: "log",
        place: "runs/r1/full/1",
        script: "while true; do echo line; sleep 0.01; done",
        names: "/runs/r1/full/1/"
      ),
      Part(
        name: "metrics from the log",
        place: "runs/r1/full/1/metrics",
        script: "i=0; while true; do echo \"loss=$i\"; i=$((i+1)); sleep 0.01; done",
        names: "/runs/r1/full/1/metrics/"
      ),
      Part(
        name: "metrics from a file",
        place: "runs/r1/full/1/metrics",
        script: "i=0; while true; do echo \"v=$i\" >> $LATHE_METRICS; i=$((i+1)); sleep 0.01; done",
        names: "/runs/r1/full/1/metrics/"
      ),
      Part(
        name: "object store",
        place: "objects",
        script: "while [ ! -e $gate ]; do sleep 0.02; done; head -c 300000 /dev/urandom > out",
        names: "/objects/"
      ),
      Part(
        name: "claim",
        place: "runs/r1/full",
        rest: 0,
        script: ":",
        names: "/claim"
      ),
      Part(
        name: "work folder",
        place: "runs/r1/full/1/work",
        rest: 0,
        script: ":",
        names: "/runs/r1/full/1/work/"
      ),
    ]

    @Test(arguments: parts)
    func `a step that cannot write says where, others go on, and it is resumed with space`(
      part: Part
    ) throws {
      let site = try Site()
      let place = site.home + "/" + part.place
      let disks = try SmallDisks(site, [:])
      // No run gets the number of a folder that is there before its agent.
      try #require(try site.lathe("doctor").output.contains("agent"))
      try disks.mount(place, 1024)
      let side = site.folder + "/side"
      try adopt(part, site, side)
      if let rest = part.rest { try disks.fill(place, but: rest) }
      try #require(try site.lathe("run", "--detach", "--in", "full", within: 90).code == 0)
      if part.rest == nil {
        try wait(for: side, "begun full", site)
        try waitUntilFollowed(part, site)
        try disks.fill(place)
        try site.write("", to: "filled")
      }
      let watched = try site.lathe("watch", "r1", within: 60)
      #expect(watched.code == 1, "\(watched)")
      let step = try #require(try StepRow.steps(of: "r1", site)["full"])
      let reason = try #require(step.reason)
      #expect(step.status == "Failed")
      #expect(reason.contains("No space left on device"), "\(reason)")
      #expect(reason.contains(part.names), "\(reason)")
      #expect(try StepRow.all(of: "r1", site)["other"] == "Succeeded")
      #expect(site.scripts.isEmpty)
      for words in [["runs"], ["show", "r1"], ["logs", "r1", "full"]] {
        #expect(try site.run([Site.lathe] + words).code == 0, "\(words)")
      }
      try whole(part, site)

      try disks.empty(place)
      try site.write("", to: "mended")
      let resumed = try site.lathe("resume", "r1", within: 60)
      #expect(resumed.code == 0, "\(part.name): \(resumed)")
      let ended = (site.read(side) ?? "").split(separator: "\n").filter { $0.hasPrefix("ended") }
      // What could not be stored is made again; nothing else is.
      let expected = part.name == "object store" ? 2 : 1
      #expect(ended.count { $0 == "ended full" } == expected)
      #expect(ended.count { $0 == "ended other" } == 1)
      try Self.check(site.home + "/catalog.sqlite", site)
    }

    @Test(arguments: [true, false])
    func `a step whose exit record finds no other space than was set aside, or none, ends well`(
      isSetAside: Bool
    ) throws {
      let site = try Site()
      let place = site.home + "/runs/r1/first/1"
      let disks = try SmallDisks(site, [:])
      // No run gets the number of a folder that is there before its agent.
      try #require(try site.lathe("doctor").output.contains("agent"))
      try disks.mount(place, 1024)
      let removal = isSetAside ? "" : "rm ../reserve; "
      _ = try site.adopt(
        "short",
        pipeline: """
          name: short
          steps:
            first: { type: Processing, run: [sh, first.sh] }
            second: { type: Processing, run: [sh, second.sh], depends_on: first }
          """,
        scripts: [
          "first.sh": """
          while [ ! -e ../reserve ]; do sleep 0.02; done
          \(removal)cat /dev/zero > ../filler 2> /dev/null
          exit 0

          """, "second.sh": "exit 0\n",
        ]
      )
      let run = try site.lathe("run", "--in", "short")
      #expect(run.code == 0, "\(run)")
      #expect((site.read(place + "/exit.json") != nil) == isSetAside)
      // A later agent knows it as well.
      if let agent = site.agent { kill(agent, SIGKILL) }
      #expect(try site.lathe("doctor").output.contains("agent"))
      #expect(try StepRow.all(of: "r1", site) == ["first": "Succeeded", "second": "Succeeded"])
      #expect(disks.free(place) < 65_536)
      try Self.check(site.home + "/catalog.sqlite", site)
    }

    @Test func `a full disk that holds the whole home loses nothing`() throws {
      let site = try Site()
      let disks = try SmallDisks(site, [site.home: 6144])
      let side = site.folder + "/side"
      _ = try site.adopt("all", pipeline: Self.many, scripts: ["step.sh": Self.chatty(side)])
      try #require(try site.lathe("run", "--detach", "--in", "all").code == 0)
      for name in ["a", "b"] { try wait(for: side, "begun \(name)", site) }
      try disks.fill(site.home)
      let isNoticed: Bool? = try awaited {
        let doctor = try site.lathe("doctor")
        let waits = doctor.output.contains("goes on by itself")
        return waits || site.scripts.isEmpty ? true : nil
      }
      #expect(isNoticed == true)
      #expect(try site.lathe("runs").code == 0)
      #expect(try site.lathe("show", "r1").code == 0)
      let agent = try #require(site.agent)
      try disks.empty(site.home)
      try site.write("", to: "mended")
      let watched = try site.lathe("watch", "r1")
      #expect([0, 1].contains(watched.code), "\(watched)")
      #expect(site.agent == agent)
      if watched.code == 1 { #expect(try site.lathe("resume", "r1", within: 60).code == 0) }
      let steps = try StepRow.all(of: "r1", site)
      #expect(steps.values.allSatisfy { $0 == "Succeeded" }, "\(steps)")
      for name in ["a", "b", "c", "d"] {
        let ends = (site.read(side) ?? "").split(separator: "\n").filter { $0 == "ended \(name)" }
        #expect(ends.count == 1, "\(name)")
      }
      try Self.check(site.home + "/catalog.sqlite", site)
    }

    // MARK: What is run

    private static let gated = """
      name: gated
      steps:
        first: { type: Processing, run: [sh, first.sh] }
        second: { type: Processing, run: [sh, second.sh], depends_on: first }
      """

    private static func scripts(side: String) -> [String: String] {
      [
        "first.sh": """
        echo begun first >> \(side)
        while [ ! -e \(side.dropLast(4))gate ]; do sleep 0.02; done
        echo ended first >> \(side)

        """,
        "second.sh": "echo begun second >> \(side); echo ended second >> \(side)\n",
      ]
    }

    private func adopt(_ part: Part, _ site: Site, _ side: String) throws {
      _ = try site.adopt(
        "full",
        pipeline: """
          name: full
          steps:
            full:
              type: Training
              run: [sh, full.sh]
              outputs: { out: out }
              metrics: [{ name: loss, regex: 'loss=(\\S+)' }]
            other: { type: Processing, run: [sh, other.sh] }
          """,
        scripts: [
          "full.sh": """
          gate=\(site.folder)/filled
          echo 1 > out
          echo begun full >> \(side)
          if [ ! -e \(site.folder)/mended ]; then \(part.script); fi
          echo ended full >> \(side)

          """, "other.sh": "echo ended other >> \(side)\n",
        ]
      )
    }

    private static let many =
      "name: all\nsteps:\n"
      + ["a", "b", "c", "d"].enumerated().map { index, name in
        let after = index < 2 ? "" : ", depends_on: \(["a", "b"][index - 2])"
        return "  \(name): { type: Processing, run: [sh, step.sh, \(name)]\(after) }\n"
      }.joined()

    private static func chatty(_ side: String) -> String {
      """
      echo begun $1 >> \(side)
      i=0
      while [ ! -e \(side.dropLast(4))mended ]; do
        echo "line $i"; echo "v=$i" >> $LATHE_METRICS; i=$((i+1)); sleep 0.01
      done
      echo ended $1 >> \(side)

      """
    }

    // MARK: What is checked

    private func wait(for file: String, _ line: String, _ site: Site) throws {
      let isThere: Bool? = awaited {
        (site.read(file) ?? "").split(separator: "\n").contains { $0 == line } ? true : nil
      }
      guard isThere == true else { throw Failure("'\(line)' is not in \(file)") }
    }

    /// Until the runner has set its space aside, and a point has come that is to be kept.
    private func waitUntilFollowed(_ part: Part, _ site: Site) throws {
      let reserve = site.home + "/runs/r1/full/1/reserve"
      let isFollowed: Bool? = try awaited {
        let hasPoint = try !part.place.hasSuffix("metrics") || !points(of: part, site).isEmpty
        return hasPoint && site.read(reserve) != nil ? true : nil
      }
      guard isFollowed == true else { throw Failure("the script is not followed") }
    }

    private func points(of part: Part, _ site: Site) throws -> [Double] {
      let name = part.name.hasSuffix("log") ? "loss" : "v"
      let folder = site.home + "/runs/r1/full/1"
      let told = try site.run([Site.lathe, "__points", name, folder])
      return told.output.split(separator: "\n").dropFirst().compactMap {
        $0.split(separator: ",").last.flatMap { Double($0) }
      }
    }

    /// Log and metrics of the step are whole as far as they go.
    private func whole(_ part: Part, _ site: Site) throws {
      let folder = site.home + "/runs/r1/full/1"
      let lines = (site.read(folder + "/output.log") ?? "").split(separator: "\n")
      let values = lines.filter { $0.hasPrefix("loss=") }.dropLast()
      #expect(values.elementsEqual((0..<values.count).map { "loss=\($0)" }))
      guard part.place.hasSuffix("metrics") else { return }
      let points = try points(of: part, site)
      #expect(!points.isEmpty && points == (0..<points.count).map(Double.init))
    }

    private static func check(_ catalog: String, _ site: Site) throws {
      #expect(try site.integrity(of: catalog) == "ok")
    }

    /// CPU time of a process so far, in hundredths of a second.
    private static func ticks(of process: pid_t) -> Int {
      let stat = Site.words("/proc/\(process)/stat")
      guard let bracket = stat.lastIndex(of: ")") else { return 0 }
      let fields = stat[bracket...].split(separator: " ")
      return fields.count > 13 ? (Int(fields[12]) ?? 0) + (Int(fields[13]) ?? 0) : 0
    }
  }
}
