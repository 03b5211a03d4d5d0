import Documents
import Glibc
import Store

/// `AWS::S3::Bucket`: a folder in the home.
struct Bucket: ResourceProvider {
  let fate = StackPlan.Entry.Fate.made

  func identity(of resource: ResourceSpec) throws(Explanation) -> ResourceIdentity {
    let stack = resource.stack.name.prefix(24)
    let generated = "\(stack)-\(resource.logicalID.prefix(24))-\(resource.suffix)".lowercased()
    let name = try resource.name(in: "BucketName", .bucket, generated: generated)
    return ResourceIdentity(
      physicalID: name,
      attributes: [
        "Ref": name, "Arn": "arn:aws:s3:::\(name)", "DomainName": "\(name).s3.amazonaws.com",
        "RegionalDomainName": "\(name).s3.local.amazonaws.com",
        "DualStackDomainName": "\(name).s3.dualstack.local.amazonaws.com",
        "WebsiteURL": "http://\(name).s3-website.local.amazonaws.com",
      ]
    )
  }

  func summary(of resource: ResourceSpec) throws(Explanation) -> String {
    "a folder for s3://\(try identity(of: resource).physicalID)"
  }

  func claim(
    _ resource: ResourceSpec,
    as identity: ResourceIdentity,
    at site: ProvisioningSite,
    in transaction: borrowing CatalogWriter.Transaction
  ) throws {
    let folder = try site.place(identity.physicalID, in: site.home.buckets)
    guard !site.exists(folder) else {
      throw Explanation(
        what: "The folder of bucket '\(identity.physicalID)' exists already.",
        why: "\(folder) was not made by this stack.",
        next: "Choose another BucketName, or move that folder away."
      )
    }
  }

  func create(_ resource: ResourceRecord, at site: ProvisioningSite) throws {
    let folder = try site.place(resource.physicalID, in: site.home.buckets)
    guard mkdir(folder, 0o700) == 0 else { throw SystemFailure("make \(folder)", errno) }
  }

  func delete(_ resource: ResourceRecord, at site: ProvisioningSite) throws -> String? {
    let folder = try site.place(resource.physicalID, in: site.home.buckets)
    guard rmdir(folder) != 0, errno != ENOENT else { return nil }
    guard let trash = try site.trash(folder, as: resource.physicalID) else { return nil }
    return "The bucket was not empty: its files are in \(trash)."
  }
}
