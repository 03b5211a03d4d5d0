import Engine
import Testing

/// What is launched from the workbench sees the shell that it was started from.
struct RequestEnvironmentTests {
  private static let launch = LaunchRequest(
    instance: "lab",
    what: .pipeline(file: "p.yaml"),
    token: "t"
  )
  private static let launching: [AgentRequest] = [
    .launch(launch), .plan(launch), .sweep(SweepRequest(launch: launch, parts: ["lr=1,2"])),
    .planSweep(SweepRequest(launch: launch, parts: ["lr=1,2"])),
    .accept(AcceptRequest(run: 1, step: "train", environment: [:])),
    .up(UpRequest(stack: "lab", template: "digits")),
  ]

  @Test(arguments: launching)
  func `what launches takes the environment of the shell`(request: AgentRequest) {
    #expect(request.environment == [:])
    let shell = request.inEnvironment(["PATH": "/bin"])
    #expect(shell.environment == ["PATH": "/bin"])
    // One that it has already stays.
    #expect(shell.inEnvironment(["PATH": "/usr/bin"]) == shell)
  }

  @Test(arguments: [
    AgentRequest.resume(run: 1), .resumeSweep(1), .stopSweep(1), .status, .setAside([]),
  ])
  func `what launches nothing stays as it is`(request: AgentRequest) {
    #expect(request.environment == nil && request.inEnvironment(["PATH": "/bin"]) == request)
  }
}
