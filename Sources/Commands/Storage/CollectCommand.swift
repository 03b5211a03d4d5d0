package import ArgumentParser
import Documents
import Engine
import Foundation
import Pipelines
package import Store
import Terminal

package struct CollectCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "gc",
    abstract: "Free what the home does not need any more.",
    discussion: """
      It first shows what would go, and asks. Without options that is only what nothing refers to: \
      objects of removed runs, work folders of steps whose outputs are stored, and what has been in the \
      trash for 30 days. Runs go only as you say, and then for good; the newest are those that were \
      launched last, as 'lathe runs' lists them.

      --max-size counts what 'lathe doctor' tells as usage: not the folders of instances, nor buckets. \
      What nothing refers to goes first, then all of the trash, then runs; what is missed is told.

      A run stays while it is active or pinned, made a registered model, is the newest of its pipeline, \
      or while another one that stays shows its log. An object that was stored within the last hour \
      stays, too.

      EXAMPLE: the ten newest runs of each pipeline stay, and all that ended this month
        lathe gc --keep 10 --older-than 30d
      """
  )

  @Option(
    name: .long,
    parsing: .unconditional,
    help: ArgumentHelp(
      "Remove runs beyond the newest COUNT of each pipeline, by their launch.",
      valueName: "count"
    )
  )
  package var keep: Int?
  @Option(
    name: [.long, .customLong("older")],
    help: ArgumentHelp("Remove runs that ended longer ago, such as 30d or 12h.", valueName: "age")
  )
  package var olderThan: String?
  @Option(
    name: [.long, .customLong("size")],
    help: ArgumentHelp(
      "Empty the trash and remove the oldest runs until the home takes no more, such as 20GiB.",
      valueName: "size"
    )
  )
  package var maxSize: String?
  @Flag(name: .long, help: "Empty the trash, whatever its age.")
  package var trash = false
  @Flag(name: [.customShort("n"), .long], help: "Show what would go, and change nothing.")
  package var dryRun = false
  @Flag(name: [.customShort("y"), .long, .customLong("force")], help: "Go on without asking.")
  package var yes = false
  @OptionGroup var output: OutputOptions

  package init() {}

  package func validate() throws {
    if yes && dryRun { throw ValidationError("--yes and --dry-run contradict each other.") }
    _ = try retention
  }

  /// Which runs go, as typed.
  package var retention: Retention {
    get throws {
      if let keep, keep < 0 { throw ValidationError("--keep takes a count of 0 or more.") }
      let age = try olderThan.map { text in
        guard let seconds = duration(text) else {
          throw ValidationError(
            "--older-than takes an age such as 30d, 12h or 1h30m, not '\(text)'."
          )
        }
        return seconds
      }
      let size = try maxSize.map { text in
        guard let bytes = byteCount(text) else {
          throw ValidationError(
            "--max-size takes a size such as 20GiB, 500M or 1.5G, not '\(text)'."
          )
        }
        return bytes
      }
      return Retention(count: keep, age: age, size: size)
    }
  }

  package func run() throws {
    let session = Session(output)
    var request = CollectRequest(retention: try retention, emptiesTrash: trash)
    var plan = try session.collect(request)
    if plan.isEmpty, !dryRun { plan.isDone = true }
    if !session.isJSON {
      session.output.print(plan.lines(request, at: Date(), width: session.width))
    }
    guard !plan.isEmpty, !dryRun, try isApproved(session) else {
      if session.isJSON { session.output.print(plan.json) }
      return
    }
    request.approved = plan.runs.map(\.run)
    request.emptiesTrash = trash || plan.target?.emptiesTrash ?? false
    let report = try session.collect(request)
    session.answer(report.json) { [report.ending] + report.missed }
  }

  private func isApproved(_ session: Session) throws -> Bool {
    if yes { return true }
    guard session.canAsk else {
      if !session.isJSON {
        session.errors.print(
          Line("Nothing was changed, as nobody could be asked: --yes frees it.", .dim)
        )
      }
      return false
    }
    let answer = session.ask(Line("Free it? [y/N]", .bold)) ?? ""
    if ["y", "yes"].contains(answer.trimmingCharacters(in: .whitespaces).lowercased()) {
      return true
    }
    session.errors.print(Line("Nothing was changed.", .dim))
    return false
  }
}

extension Session {
  fileprivate func collect(_ request: CollectRequest) throws -> CollectionReport {
    guard case .collection(let report) = try agent.send(.collect(request)) else {
      throw Explanation(
        what: "The agent of \(home.folder) does not know this request.",
        why: "It was started by another version of Lathe.",
        next: "lathe agent stop; the next command starts one of this version."
      )
    }
    return report
  }
}
