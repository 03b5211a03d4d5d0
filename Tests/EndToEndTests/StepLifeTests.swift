import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// What becomes of a step whose results are equal, that is stopped, or whose runner dies.
  struct StepLifeTests {
    @Test func `what follows from equal bytes is not run again`() throws {
      let site = try Site()
      let side = site.folder + "/side"
      let project = try site.adopt(
        "early",
        pipeline: """
          name: early
          steps:
            first: { type: Processing, run: [sh, a/first.sh], outputs: { o: o } }
            second: { type: Processing, run: [sh, b/second.sh, "${steps.first.outputs.o}"] }
          """,
        scripts: [
          "a/first.sh": "echo first >> \(side); echo 1 > o\n",
          "b/second.sh": "echo second >> \(side)\n",
        ]
      )
      #expect(try site.lathe("run", "--in", "early").code == 0)
      try site.write(
        "# a comment\necho first >> \(side); echo 1 > o\n",
        to: project + "/a/first.sh"
      )
      #expect(try site.lathe("run", "--in", "early").code == 0)
      #expect(try StepRow.all(of: "r2", site) == ["first": "Succeeded", "second": "Cached"])
      #expect(site.read(side) == "first\nsecond\nfirst\n")
      let why = try site.lathe("why", "r2")
      #expect(why.output.contains("first  ran: a/first.sh changed"), "\(why)")
      #expect(why.output.contains("second  from r1"), "\(why)")
    }

    @Test func `a stop ends what called setsid, what forked twice and what forgot its mark`() throws
    {
      let site = try Site()
      let side = site.folder + "/side"
      _ = try site.adopt(
        "daemons",
        pipeline: "name: daemons\nsteps:\n  a: { type: Processing, run: [bash, a.sh] }\n",
        scripts: [
          "a.sh": """
          tell() { echo $$ >> \(side); exec sleep 1000; }
          export -f tell
          setsid bash -c tell &
          (setsid bash -c tell &)
          env -i setsid bash -c 'echo $$ >> \(side); exec sleep 1000' &
          (trap '' TERM; setsid bash -c 'trap "" TERM; echo $$ >> \(side); while :; do sleep 1; done' &)
          wait

          """
        ]
      )
      #expect(try site.lathe("run", "--detach", "--in", "daemons").code == 0)
      let started: [pid_t]? = awaited {
        let found = (site.read(side) ?? "").split(separator: "\n").compactMap { pid_t($0) }
        return found.count == 4 ? found : nil
      }
      let daemons = try #require(started)
      #expect(daemons.allSatisfy { kill($0, 0) == 0 })
      #expect(try site.lathe("stop", "r1").code == 0)
      let watched = try site.lathe("watch", "r1")
      #expect(watched.code != 0)
      #expect(try StepRow.all(of: "r1", site) == ["a": "Stopped"])
      #expect(daemons.allSatisfy { kill($0, 0) != 0 })
      #expect(site.scripts.isEmpty)
    }

    @Test func `the log of a killed runner is kept, told of, and followed by another attempt`()
      throws
    {
      let site = try Site()
      _ = try site.adopt(
        "killed",
        pipeline: "name: killed\nsteps:\n  a: { type: Training, run: [sh, a.sh] }\n",
        scripts: [
          "a.sh": """
          i=0
          while [ $i -lt 50 ]; do echo "line $i"; echo "v=$i" >> $LATHE_METRICS; i=$((i+1)); done
          if [ ! -e \(site.folder)/again ]; then sleep 1000; fi

          """
        ]
      )
      #expect(try site.lathe("run", "--detach", "--in", "killed").code == 0)
      let folder = site.home + "/runs/r1/a/1"
      let isWritten: Bool? = awaited {
        site.read(folder + "/output.log")?.contains("line 49\n") == true ? true : nil
      }
      try #require(isWritten == true)
      let runner = try #require(site.runners.first)
      kill(runner, SIGKILL)
      #expect(try site.lathe("watch", "r1").code == 1)
      let step = try #require(try StepRow.steps(of: "r1", site)["a"])
      #expect(step.reason == "Its step runner was killed; 'resume' runs it again.")
      #expect(site.scripts.isEmpty)
      let expected = (0..<50).map { "line \($0)\n" }.joined()
      #expect(site.read(folder + "/output.log") == expected)
      #expect(try site.lathe("logs", "r1", "a").output.contains("line 49"))
      // What the script had written of metrics is there, whether its runner had read it or not.
      let metrics = try site.lathe("metrics", "r1", "v", "--csv").output
      #expect(metrics.split(separator: "\n").count == 51)
      try site.write("", to: "again")
      #expect(try site.lathe("resume", "r1").code == 0)
      #expect(try StepRow.steps(of: "r1", site)["a"]?.folder?.hasSuffix("/r1/a/2") == true)
      #expect(site.read(folder + "/output.log") == expected)
    }
  }
}
