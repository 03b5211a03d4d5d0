import Documents
import Infrastructure

/// A template with every resource named, and nothing made: what plan, check and create agree on.
struct StackDraft {
  struct Item {
    var spec: ResourceSpec
    var provider: any ResourceProvider
  }

  let resolved: ResolvedTemplate
  private(set) var items: [Item] = []

  /// Names and checks every resource; all faults are thrown at once.
  init(
    template: Template,
    parameters: [String: String],
    stack: StackIdentity,
    templateFolder: String
  ) throws {
    resolved = try template.resolved(
      with: parameters,
      pseudo: PseudoParameters(stackName: stack.name, stackID: stack.id)
    )
    var known: [String: [String: String]] = [:]
    var faults: [Explanation] = []
    var failed: Set<String> = []
    for resource in resolved.resources {
      // What refers to a faulty one is not a second fault.
      guard failed.isDisjoint(with: resource.dependsOn) else {
        failed.insert(resource.logicalID)
        continue
      }
      do {
        let spec = try Self.spec(resource, stack: stack, templateFolder: templateFolder, known)
        let provider = Providers.provider(of: resource.type)
        known[resource.logicalID] = try provider.identity(of: spec).attributes
        _ = try provider.summary(of: spec)
        items.append(Item(spec: spec, provider: provider))
      } catch {
        faults.append(error)
        failed.insert(resource.logicalID)
      }
    }
    for output in resolved.outputs where faults.isEmpty {
      do throws(Explanation) {
        _ = try Self.text(of: output, known)
      } catch {
        faults.append(error)
      }
    }
    if faults.count == 1 { throw faults[0] }
    guard faults.isEmpty else {
      throw Explanation(
        what: "\(faults.count) parts of the template cannot be made.",
        why: faults.map(\.reason).joined(separator: "\n"),
        next: "Correct the template, or the parameters."
      )
    }
  }

  /// A resource with its references filled in from what is known of the others.
  static func spec(
    _ resource: ResolvedResource,
    stack: StackIdentity,
    templateFolder: String,
    _ known: [String: [String: String]]
  ) throws(Explanation) -> ResourceSpec {
    ResourceSpec(
      stack: stack,
      logicalID: resource.logicalID,
      type: resource.type,
      properties: try resource.properties.completed { known[$0]?[$1] },
      templateFolder: templateFolder
    )
  }

  static func text(
    of output: TemplateOutput,
    _ known: [String: [String: String]]
  ) throws(Explanation) -> String {
    guard let text = try output.value.completed({ known[$0]?[$1] }).text else {
      throw Explanation(
        what: "The Value field of every Outputs member must evaluate to a String.",
        why: "\(output.name) does not.",
        next: "Use Fn::Join, or one member of the list."
      )
    }
    return text
  }
}
