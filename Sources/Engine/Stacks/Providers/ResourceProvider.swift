import Documents
import Foundation
import Infrastructure
import Store

/// How one type of resource comes to be here and goes again.
protocol ResourceProvider: Sendable {
  var fate: StackPlan.Entry.Fate { get }

  /// Checks the properties and decides name and attributes; touches nothing.
  func identity(of resource: ResourceSpec) throws(Explanation) -> ResourceIdentity

  /// What happens here, in plain words; touches nothing.
  func summary(of resource: ResourceSpec) throws(Explanation) -> String

  /// The text that will run, for the user to read first.
  func script(of resource: ResourceSpec) -> String?

  /// What the user should know before anything is made.
  func warnings(of resource: ResourceSpec) -> [String]

  /// Takes the name, in the transaction that announces the creation; refuses one that is taken.
  func claim(
    _ resource: ResourceSpec,
    as identity: ResourceIdentity,
    at site: ProvisioningSite,
    in transaction: borrowing CatalogWriter.Transaction
  ) throws

  /// Makes what was claimed; may take minutes.
  func create(_ resource: ResourceRecord, at site: ProvisioningSite) throws

  /// Removes what was claimed, as far as it was made; returns what the event should say.
  func delete(_ resource: ResourceRecord, at site: ProvisioningSite) throws -> String?
}

extension ResourceProvider {
  func script(of resource: ResourceSpec) -> String? { nil }

  func warnings(of resource: ResourceSpec) -> [String] { [] }

  func claim(
    _ resource: ResourceSpec,
    as identity: ResourceIdentity,
    at site: ProvisioningSite,
    in transaction: borrowing CatalogWriter.Transaction
  ) throws {}

  func create(_ resource: ResourceRecord, at site: ProvisioningSite) throws {}

  func delete(_ resource: ResourceRecord, at site: ProvisioningSite) throws -> String? { nil }
}

/// A resource as declared, its properties plain.
struct ResourceSpec: Sendable {
  var stack: StackIdentity
  var logicalID: String
  var type: String
  var properties: Value
  /// The folder that relative paths start from.
  var templateFolder: String

  /// A property's text; nil when it is not there or empty.
  func text(_ name: String) -> String? {
    guard let text = properties[name]?.text, !text.isEmpty else { return nil }
    return text
  }

  /// The name in `property`, checked, or one made of stack, logical id and a suffix as the service does.
  func name(
    in property: String,
    _ rule: NameRule,
    generated: String? = nil
  ) throws(Explanation) -> String {
    let name = text(property) ?? generated ?? "\(stack.name)-\(logicalID)-\(suffix)"
    try rule.check(name, property: "\(logicalID).\(property)")
    return name
  }

  /// Twelve characters that are this resource's alone.
  var suffix: String {
    String(Digest(of: stack.id + "/" + logicalID).hex.prefix(12)).uppercased()
  }
}

/// A resource's physical id and its attributes, `Ref` among them.
///
/// Attributes that begin with `lathe:` are the providers' own and not for templates.
struct ResourceIdentity: Sendable, Equatable {
  var physicalID: String
  var attributes: [String: String]
}

/// A stack's name and the id that the service would give it.
struct StackIdentity: Sendable, Equatable {
  let name: String
  let id: String

  /// The id follows from name and birth, so that it need not be kept.
  init(name: String, created: Date) {
    self.name = name
    let moment = Int64((created.timeIntervalSince1970 * 1000).rounded())
    let hex = Array(Digest(of: "\(name) \(moment)").hex)
    let parts = [hex[0..<8], hex[8..<12], hex[12..<16], hex[16..<20], hex[20..<32]]
    let uuid = parts.map { String($0) }.joined(separator: "-")
    id = "arn:aws:cloudformation:local:000000000000:stack/\(name)/\(uuid)"
  }
}

/// The shapes of AWS's names here: region `local`, account `000000000000`.
func amazonName(_ service: String, _ resource: String) -> String {
  "arn:aws:\(service):local:000000000000:\(resource)"
}
