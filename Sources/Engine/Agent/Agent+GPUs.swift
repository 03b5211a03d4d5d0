import Store

/// When `nvidia-smi` was asked for the sake of steps that wait.
struct GPUSight {
  var isAsking = false
  /// Whether it will be asked again by and by.
  var isComing = false
  /// Until when, on the monotonic clock, what it said last is taken for true.
  var validUntil = -Double.infinity

  /// Seconds that an answer is true for, and between two questions while a step waits.
  var validity = 2.0
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
    guard shares.isWaitingForGPUs, !sight.isAsking else { return }
    guard monotonicSeconds() >= sight.validUntil else { return lookAtGPUsLater() }
    shares.doubtGPUs()
    sight.isAsking = true
    let (home, patience) = (home.folder, sight.patience)
    let path = shares.runsWaitingForGPUs.min().flatMap { runs[$0]?.launch.environment["PATH"] }
    work { post in
      let report = GPUReport.ask(home: home, path: path, patience: patience)
      post { agent in
        agent.sight.isAsking = false
        agent.see(report)
      }
    }
  }

  /// Takes what `nvidia-smi` has said just now.
  func see(_ report: GPUReport) {
    let seconds = report.fault == nil ? sight.validity : sight.pauseAfterFault
    sight.validUntil = monotonicSeconds() + seconds
    shares.see(report)
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
