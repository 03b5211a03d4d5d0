extension AgentRequest {
  /// The environment of the shell that it was made in: what it launches, or would launch, depends on it.
  ///
  /// Nil for a request on which it has no bearing. There is no default on purpose: whoever adds a request
  /// has to say which kind it is.
  package var environment: [String: String]? {
    get {
      switch self {
      case .launch(let request), .plan(let request): request.environment
      case .sweep(let request), .planSweep(let request): request.launch.environment
      case .accept(let request): request.environment
      case .up(let request): request.environment
      case .resume, .stop, .resumeSweep, .stopSweep, .removeSweep, .remove, .annotate, .pin,
        .collect,
        .setAside, .down, .startInstance, .stopInstance, .adopt, .release, .decide, .ended,
        .watched,
        .ping, .status, .shutdown:
        nil
      }
    }
    set {
      let environment = newValue ?? [:]
      switch self {
      case .launch(var request):
        request.environment = environment
        self = .launch(request)
      case .plan(var request):
        request.environment = environment
        self = .plan(request)
      case .sweep(var request):
        request.launch.environment = environment
        self = .sweep(request)
      case .planSweep(var request):
        request.launch.environment = environment
        self = .planSweep(request)
      case .accept(var request):
        request.environment = environment
        self = .accept(request)
      case .up(var request):
        request.environment = environment
        self = .up(request)
      case .resume, .stop, .resumeSweep, .stopSweep, .removeSweep, .remove, .annotate, .pin,
        .collect,
        .setAside, .down, .startInstance, .stopInstance, .adopt, .release, .decide, .ended,
        .watched,
        .ping, .status, .shutdown:
        break
      }
    }
  }

  /// With the environment of this process's shell, unless it has one already.
  package func inEnvironment(_ environment: [String: String]) -> AgentRequest {
    guard self.environment?.isEmpty ?? false else { return self }
    var request = self
    request.environment = environment
    return request
  }
}
