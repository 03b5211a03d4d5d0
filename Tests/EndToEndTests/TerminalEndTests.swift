import Glibc
import Testing

extension EndToEnd {
  struct TerminalEndTests {
    struct Ending: CustomTestStringConvertible {
      let testDescription: String
      let signal: Int32
    }

    @Test(arguments: [
      Ending(testDescription: "SIGTERM", signal: SIGTERM),
      Ending(testDescription: "SIGHUP", signal: SIGHUP),
      Ending(testDescription: "SIGINT", signal: SIGINT),
      Ending(testDescription: "SIGSEGV", signal: SIGSEGV),
    ])
    func `a signal that ends the workbench gives the terminal back`(ending: Ending) throws {
      let site = try Site()
      let terminal = try TmuxTerminal(site, 80, 24)
      try terminal.wait(for: "Templates", "starter")
      kill(try #require(terminal.process), ending.signal)
      _ = try terminal.exitCode()
      #expect(try terminal.leftBehind() == [])
      // The shell's screen is a shell's again: what is typed is seen.
      try terminal.type("still here")
      try terminal.wait(for: "still here")
    }

    struct Refusal: CustomTestStringConvertible {
      let testDescription: String
      let setting: [String: String]
      let says: [String]
    }

    @Test(arguments: [
      Refusal(
        testDescription: "TERM=dumb",
        setting: ["TERM": "dumb"],
        says: ["TERM=dumb", "set TERM"]
      ),
      Refusal(testDescription: "no TERM", setting: ["TERM": ""], says: ["TERM is not set"]),
      Refusal(
        testDescription: "a terminal that nobody knows",
        setting: ["TERM": "wristwatch"],
        says: ["TERM=wristwatch"]
      ),
    ])
    func `a terminal that cannot show the workbench is told so`(refusal: Refusal) throws {
      let site = try Site()
      let terminal = try TmuxTerminal(site, 100, 24, setting: refusal.setting)
      #expect(try terminal.exitCode() == 2)
      let screen = try terminal.screen()
      for words in refusal.says { #expect(screen.contains(words), "\(screen)") }
      #expect(try terminal.leftBehind() == [])
    }

    @Test func `a window that is too small says so, and works when it is large enough`() throws {
      let site = try Site()
      let terminal = try TmuxTerminal(site, 40, 10)
      try terminal.wait(for: "60x16", "40x10")
      try terminal.resize(80, 24)
      try terminal.wait(for: "Templates", "starter")
      try terminal.resize(40, 10)
      try terminal.wait(for: "60x16")
      try terminal.resize(120, 36)
      try terminal.wait(for: "Templates", "starter")
      try terminal.key("q")
      #expect(try terminal.exitCode() == 0)
    }

    @Test func `without a terminal the workbench is refused`() throws {
      let site = try Site()
      let result = try site.lathe()
      #expect(result.code == 2, "\(result)")
      #expect(result.errors.contains("terminal"), "\(result)")
    }

    @Test func `two workbenches show the same home`() throws {
      let site = try Site()
      #expect(try site.lathe("up", "starter", "--name", "iris").code == 0)
      let one = try TmuxTerminal(site)
      let two = try TmuxTerminal(site, 80, 24)
      try one.wait(for: "No runs yet")
      try two.wait(for: "No runs yet")
      try one.key("n")
      try one.wait(for: "[ Launch ]")
      try one.key("Enter")
      try two.wait(for: "r1", "first run")
      // Both launch at the same time, too.
      try two.key("n")
      try two.wait(for: "[ Launch ]")
      try two.key("C-u")
      try two.type("0.02")
      try two.key("Enter")
      try one.wait(for: "Succeeded", within: 60)
      try two.wait(for: "r2", "Succeeded", within: 60)
      try one.key("1")
      try one.wait(for: "r1", "r2", "learning_rate")
      for terminal in [one, two] {
        try terminal.key("C-c")
        #expect(try terminal.exitCode() == 0)
        #expect(try terminal.leftBehind() == [])
      }
    }
  }
}
