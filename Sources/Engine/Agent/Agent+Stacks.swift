import Documents
import Foundation
import Store

extension Agent {
  /// Finishes or rolls back what an earlier agent left half made.
  func recoverStacks() {
    let provisioner = provisioner
    let unfinished = Result { try provisioner.unfinished() }
    work { post in
      do {
        try provisioner.recover(try unfinished.get())
      } catch {
        let words = Explanation(error).what
        post { $0.log("stacks could not be taken up: \(words)") }
      }
    }
  }

  /// Stacks and instances: slow work on a thread of its own.
  ///
  /// `up` is answered as soon as it has begun; its events tell the rest.
  func provision(
    _ request: AgentRequest,
    _ answer: @escaping @Sendable (AgentReply, Agent) -> Void
  ) throws {
    let provisioner = provisioner
    let gallery = Gallery(home: home)
    work { post in
      let reply: AgentReply
      var rest: (() throws -> Void)?
      do {
        switch request {
        case .up(let request):
          let template = try gallery.template(named: request.template)
          let stack = try provisioner.check(request, template: template)
          reply = .stack(stack.name)
          rest = { _ = try provisioner.create(request, template: template) }
        case .down(let stack):
          reply = .stack(try provisioner.delete(stack: stack).name)
        case .startInstance(let name):
          reply = .instance(try provisioner.startInstance(name).name)
        case .stopInstance(let name):
          reply = .instance(try provisioner.stopInstance(name).name)
        case .adopt(let folder, let name):
          reply = .instance(try provisioner.adopt(folder: folder, name: name).name)
        case .release(let name):
          try provisioner.release(name)
          reply = .instance(name)
        default:
          reply = .done
        }
      } catch {
        reply = .refused(Explanation(error))
      }
      post { agent in answer(reply, agent) }
      do {
        try rest?()
      } catch {
        let words = "\(Explanation(error).what) \(Explanation(error).why)"
        post { $0.log("\(request) failed: \(words)") }
      }
    }
  }

  /// Knows nothing of this thread's state: whether runs are active is read from the catalog.
  private var provisioner: Provisioner {
    let reader = reader
    return Provisioner(
      home: home,
      catalog: catalog,
      hasActiveRuns: { instance in try reader.activeRuns().contains { $0.instance == instance } }
    )
  }
}
