package import ArgumentParser
package import Documents
package import Engine
package import Foundation
package import Store
import Terminal

extension AgentCommand {
  package struct Takeover: ParsableCommand {
    package static let configuration = CommandConfiguration(
      commandName: "takeover",
      abstract: "Make this host the owner of a home whose host is gone.",
      discussion: """
        A home on a network file system belongs to the host whose agent had it first; others only read \
        it. Only when that host is gone, or nothing of Lathe runs there any more, may another one take \
        the home: two that write it would overwrite each other's runs.

        EXAMPLE:
          lathe agent takeover
        """
    )

    @Flag(name: .long, help: "Do not ask.")
    package var yes = false
    @Flag(name: .long, help: "Even where the other host seems to be at work.")
    package var force = false
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() throws {
      let session = Session(output)
      let site = HomeSite()
      guard let owner = site.otherOwner(of: session.home) else {
        return session.answer(["taken": JSON(false), "host": JSON(site.host.name)]) {
          [Line("The home \(session.home.folder) is this host's already.")]
        }
      }
      let signs = TakeoverSigns(of: session.home)
      if !force, let refusal = signs.refusal(of: owner, at: Date()) { throw refusal }
      if !yes, !force { try session.confirmTakeover(from: owner) }
      try site.takeOver(session.home)
      let hasCatalog = FileManager.default.fileExists(atPath: session.home.catalog)
      session.answer([
        "taken": JSON(true), "host": JSON(site.host.name), "from": JSON(owner.name),
      ]) {
        var lines = [Line("The home \(session.home.folder) is this host's now.")]
        if !hasCatalog {
          lines.append(
            Line(
              "The list of its runs is in the state of \(owner.name): copy its catalog.sqlite to \(session.home.state) to have it here.",
              .dim
            )
          )
        }
        return lines
      }
    }
  }
}

extension TakeoverSigns {
  /// Why a home must not be taken from its owner now; nil where nothing speaks against it.
  package func refusal(of owner: HomeOwner, at now: Date) -> Explanation? {
    guard areRecent(at: now) else { return nil }
    let signs: String
    if alive.isEmpty {
      signs = "A step of it wrote \(lastWrite.map { ageText($0, at: now) } ?? "just now")."
    } else {
      let more = alive.count > 3 ? " and \(alive.count - 3) more" : ""
      signs = "It holds the locks of \(alive.prefix(3).joined(separator: ", "))\(more)."
    }
    return Explanation(
      what: "\(owner.name) seems to be at work in the home.",
      why: signs,
      next: """
        Stop its runs there (ssh \(owner.name) lathe stop RUN); or, when it is gone for good: \
        lathe agent takeover --force
        """
    )
  }
}

extension Session {
  fileprivate func confirmTakeover(from owner: HomeOwner) throws {
    let next = "lathe agent takeover --yes"
    guard canAsk else {
      throw Explanation(
        what: "A takeover has to be confirmed.",
        why: "Nobody can be asked here whether \(owner.name) is gone.",
        next: next
      )
    }
    let question =
      Line("The home belongs to \(owner.name) since ")
      + Line(SafeText(hostile: minuteText(owner.since)))
      + Line(". Is that host gone, or does nothing of Lathe run there? [y/N]")
    guard ["y", "yes"].contains((ask(question) ?? "").lowercased()) else {
      throw Explanation(what: "Nothing was changed.", why: "It was not confirmed.", next: next)
    }
  }
}
