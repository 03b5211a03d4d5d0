import CSystem
import Documents
import Foundation
import Glibc
import Store

/// A step runner that takes attempt after attempt from its agent, and sleeps between them.
///
/// Where its agent dies it finishes the attempt that it has, sees that there is another agent, and ends.
package enum Runner {
  /// Serves the agent behind a stream socket until that is closed; returns the exit status.
  package static func run(channel: Int32) -> Int32 {
    // It is started by way of /proc/self/exe, and would be listed as that.
    lathe_name_process("lathe-runner")
    let site = RunnerSite(
      signals: lathe_signal_descriptor(),
      isReaper: Descendants.adopt(),
      tell: StepRunner.tell,
      groups: { CgroupSite.own }
    )
    return run(RunnerChannel(descriptor: channel), site)
  }

  static func run(_ channel: RunnerChannel, _ site: RunnerSite) -> Int32 {
    var last: RunnerChannel.Order?
    var wasHeard = true
    while true {
      channel.take()
      if let order = channel.next() {
        if let isHeard = perform(order, channel, site) {
          last = order
          wasHeard = isHeard
        }
        continue
      }
      if channel.isEnding, wasHeard { return 0 }
      guard channel.isOpen, !channel.isEnding else { break }
      var entries = [
        pollfd(fd: channel.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: site.signals, events: Int16(POLLIN), revents: 0),
      ]
      _ = poll(&entries, nfds_t(entries.count), -1)
      // Nothing is lost: what it had has ended.
      if entries[1].revents != 0, lathe_take_signal(site.signals) != 0 { return 0 }
    }
    // An agent that died may have left unread what it was told last. And of what it had given away, nobody
    // else may know: the runner that told it of the step before has its answer, and is gone.
    let ended = last.flatMap { access($0.folder.exit, F_OK) == 0 ? $0.spec : nil }
    if let spec = ended ?? channel.dropped {
      if site.isReaper { Descendants.release() }
      site.tell(.ended(run: spec.run, step: spec.step, attempt: spec.attempt), spec)
    }
    return 0
  }

  /// Runs one attempt; returns whether an agent heard of its end, nil when it was not this runner's to run.
  private static func perform(
    _ order: RunnerChannel.Order,
    _ channel: RunnerChannel,
    _ site: RunnerSite
  ) -> Bool? {
    let (spec, folder) = (order.spec, order.folder)
    let path = folder.path
    do {
      try makeFolder(path)
      guard let lock = try Claim.take(folder, for: order.packed.withoutSecrets(of: spec)) else {
        let reason = "It was given up, or another step runner has claimed it."
        channel.report(.refused(folder: path, Refusal(reason: reason)))
        return nil
      }
      let record = Attempt(
        spec: spec,
        folder: folder,
        stop: StopRequest(signals: site.signals, folder: folder, channel: channel),
        isReaper: site.isReaper,
        groups: site.groups,
        nudge: { request in
          if !channel.report(.watched(folder: path)) { site.nudge(request, spec) }
        }
      ).run()
      let json = try record.json()
      // Without space for the record, the agent has it from the report.
      try? record.publish(json, in: folder)
      close(lock)
      // An agent that ends itself may not look at the channel any more.
      let isLeaving = channel.isEnding
      return channel.report(ended: path, json) && !isLeaving
    } catch {
      channel.report(.refused(folder: path, Refusal(error)))
      return nil
    }
  }
}

/// What a runner has of the process that it is in.
struct RunnerSite {
  /// Readable when the process is told to end.
  var signals: Int32
  /// Whether whatever descends from a script comes to this process, which has no other children.
  var isReaper: Bool
  /// Tells an agent, starting one where none lives; returns when it has answered.
  var tell: @Sendable (AgentRequest, AttemptSpec) -> Void
  /// Where the kernel holds limits; looked for by the first attempt that has any.
  var groups: @Sendable () -> CgroupSite? = { nil }

  /// Tells an agent meanwhile, where one lives: a script is followed without a pause.
  func nudge(_ request: AgentRequest, _ spec: AttemptSpec) {
    let (tell, isReaper) = (tell, isReaper)
    Thread.detachNewThread {
      // An agent that a reaper starts would be taken for the script's.
      let client = AgentClient(home: Home(folder: spec.home, state: spec.state))
      if !isReaper || client.isAgentRunning() { tell(request, spec) }
    }
  }
}
