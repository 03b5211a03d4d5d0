import Store

/// When `nvidia-smi` was asked for the sake of steps that wait.
struct GPUSight {
  var isAsking = false
  /// Whether it will be asked again by and by.
  var isComing = false
  /// When it was asked what it said last, and until when that is taken for true: on the monotonic clock.
  var asked = -Double.infinity
  var validUntil = -Double.infinity

  /// Seconds that an answer is true for from its question on, and at least from itself on: a driver that
  /// wakes its GPUs first takes longer than it is believed.
  var validity = 2.0
  var leastValidity = 0.5
  /// Seconds between two questions while a step waits.
  var pause = 3.0
  /// The same where it failed: it may take long to fail.
  var pauseAfterFault = 10.0
  /// How long an answer is waited for.
  var patience = GPUReport.patience
}

extension Agent {
  /// Has `nvidia-smi` asked while a step waits for a GPU; nothing is asked, and nothing wakes, without one.
  ///
  /// GPUs are given away by what it said in this moment only: another user may have begun meanwhile.
  func lookAtGPUs() {
    guard shares.isWaitingForGPUs else { return }
    guard monotonicSeconds() >= sight.validUntil else { return lookAtGPUsLater() }
    shares.doubtGPUs()
    guard !sight.isAsking else { return }
    sight.isAsking = true
    let (home, patience) = (home.folder, sight.patience)
    let path = shares.runsWaitingForGPUs.min().flatMap { runs[$0]?.launch.environment["PATH"] }
    work { post in
      let answer = GPUAnswer.ask(home: home, path: path, patience: patience)
      post { agent in
        agent.sight.isAsking = false
        agent.see(answer)
        // Also where a launch has asked later and this one was not taken: nobody else asks again.
        for id in agent.shares.runsWaitingForGPUs { agent.mark(id) }
      }
    }
  }

  /// Takes what `nvidia-smi` has said: of the moment in which it was asked, which may be long ago where a
  /// launch has asked it.
  func see(_ answer: GPUAnswer) {
    guard answer.asked > sight.asked else { return }
    sight.asked = answer.asked
    shares.see(answer.report)
    if answer.report.fault == nil {
      sight.validUntil = max(
        answer.asked + sight.validity,
        answer.answered + sight.leastValidity
      )
      if monotonicSeconds() >= sight.validUntil { shares.doubtGPUs() }
    } else {
      // Nothing is given away by that; it is only asked again.
      sight.validUntil = monotonicSeconds() + sight.pauseAfterFault
    }
    for id in shares.runsWaitingForGPUs { mark(id) }
  }

  private func lookAtGPUsLater() {
    guard !sight.isComing else { return }
    sight.isComing = true
    loop.after(max(sight.pause, sight.validUntil - monotonicSeconds())) { [unowned self] in
      sight.isComing = false
      for id in shares.runsWaitingForGPUs { mark(id) }
    }
  }
}
