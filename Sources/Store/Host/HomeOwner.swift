package import Documents
package import Foundation
import Glibc

/// The host that a home belongs to: what the file `host` in the home says.
package struct HomeOwner: Sendable, Codable, Equatable {
  package var name: String
  package var machine: String
  package var boot: String
  /// Since when this host has the home.
  package var since: Date
  /// Where its agent had the catalog and the lock.
  package var state: String
  /// The start of the machine in which an agent has looked at all that earlier agents had left; nil:
  /// none of this host has.
  package var checked: String?

  package init(_ host: HostIdentity, since: Date, state: String, checked: String? = nil) {
    (name, machine, boot) = (host.name, host.machine, host.boot)
    self.since = since
    self.state = state
    self.checked = checked
  }

  package var host: HostIdentity { HostIdentity(name: name, machine: machine, boot: boot) }
}

/// What this machine says of the place of a home, and what follows from it for whoever wants to write.
///
/// A value, so that tests are on any machine and any file system that they like.
package struct HomeSite: Sendable {
  package var host: HostIdentity
  /// The file system of a path; nil when unknown.
  package var fileSystem: @Sendable (String) -> FileSystem?

  package init(
    host: HostIdentity = .current,
    fileSystem: @escaping @Sendable (String) -> FileSystem? = { FileSystem.of($0) }
  ) {
    self.host = host
    self.fileSystem = fileSystem
  }

  /// The other host that a home belongs to; nil when this one may write it.
  ///
  /// What a local file system holds no other machine can be writing: a disk that was moved, or a
  /// container of another name, goes on with it.
  package func otherOwner(of home: Home) -> HomeOwner? {
    guard let owner = home.owner(), !owner.host.isSameMachine(as: host),
      fileSystem(home.folder)?.isNetwork ?? false
    else { return nil }
    return owner
  }

  /// Why this host only reads a home; nil when it may write it.
  package func refusal(of home: Home) -> Explanation? {
    guard let owner = otherOwner(of: home) else { return nil }
    let other = owner.name.isEmpty ? "another host" : owner.name
    return Explanation(
      what: "The home \(home.folder) belongs to \(other) and is only read here.",
      why: """
        \(other) has it since \(minuteText(owner.since)), and two hosts that write one home would \
        overwrite each other's runs. This is \(host.name).
        """,
      next: """
        Run it there: ssh \(other); or set LATHE_HOME to another folder; or, when \(other) is gone \
        for good: lathe agent takeover
        """
    )
  }

  /// Notes this host as the owner of a home; the caller holds its lock.
  ///
  /// Returns the note before this one, nil in a new home. Throws an `Explanation` when another host
  /// has it.
  @discardableResult
  package func claim(_ home: Home, now: Date = Date()) throws -> HomeOwner? {
    for _ in 0..<3 {
      if let refusal = refusal(of: home) { throw refusal }
      let earlier = home.owner()
      if let earlier, earlier.host == host, earlier.state == home.state { return earlier }
      let isSame = earlier?.host.isSameMachine(as: host) ?? false
      if let earlier, isSame, let fault = HomeSite.otherAgent(of: home, earlier) { throw fault }
      // The agent that claims it may die before it has looked at anything.
      let own = HomeOwner(
        host,
        since: isSame ? earlier?.since ?? now : now,
        state: home.state,
        // That of another state has looked at another catalog.
        checked: isSame && earlier?.state == home.state ? earlier?.checked : nil
      )
      if try home.write(own, replacing: earlier != nil) != nil { return earlier }
      // Another host was quicker: what it wrote decides.
    }
    throw SystemFailure("write \(home.ownerFile)", EEXIST)
  }

  /// Whether a home may lack what its catalog names: no agent has looked at it since this machine was
  /// started, or since another host had it.
  package func isUnchecked(_ home: Home) -> Bool {
    home.owner().map { $0.checked != host.boot } ?? false
  }

  /// Notes that an agent has looked at all that earlier ones had left; the caller holds the home's lock.
  ///
  /// Returns the stamp of the note that it wrote; nil when it wrote none: the note says so already, or is
  /// another host's by now.
  @discardableResult
  package func noteChecked(_ home: Home) throws -> FileStamp? {
    guard let owner = home.owner(), owner.host == host, owner.checked != host.boot else {
      return nil
    }
    var checked = owner
    checked.checked = host.boot
    return try home.write(checked, replacing: true, only: owner)
  }

  /// Makes this host the owner, whoever it was; the caller has made sure that the other one is gone.
  package func takeOver(_ home: Home, now: Date = Date()) throws {
    _ = try home.write(HomeOwner(host, since: now, state: home.state), replacing: true)
  }

  /// Why a home cannot be had where another agent of this machine has it, with its state elsewhere.
  private static func otherAgent(of home: Home, _ owner: HomeOwner) -> Explanation? {
    guard owner.state != home.state else { return nil }
    let lock = open(Home(folder: home.folder, state: owner.state).lock, O_RDWR | O_CLOEXEC)
    guard lock >= 0 else { return nil }
    defer { close(lock) }
    if flock(lock, LOCK_SH | LOCK_NB) == 0 { return nil }
    return Explanation(
      what: "The home \(home.folder) has an agent whose state is elsewhere.",
      why: "It is in \(owner.state), and LATHE_STATE means \(home.state) here.",
      next:
        "Set LATHE_STATE=\(owner.state); or end that agent first: LATHE_STATE=\(owner.state) lathe agent stop"
    )
  }
}

extension Home {
  /// In the home, not in its state: what two hosts share is the home.
  package var ownerFile: String { folder + "/host" }

  /// Nil in a home that no agent has had, and where the file is damaged.
  package func owner() -> HomeOwner? {
    guard let file = FileHandle(forReadingAtPath: ownerFile),
      let data = try? file.read(upToCount: 65_536)
    else { return nil }
    return try? JSONDecoder().decode(HomeOwner.self, from: data)
  }

  /// Puts a note in place, whole at any moment, and returns its stamp; nil when one is there that was not
  /// to be replaced.
  ///
  /// `only`: the one note that is; what came in its place stays.
  fileprivate func write(
    _ owner: HomeOwner,
    replacing: Bool,
    only expected: HomeOwner? = nil
  ) throws -> FileStamp? {
    let temporary = "\(ownerFile).\(getpid()).\(UInt32.random(in: .min ... .max))"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemFailure("write \(ownerFile)", errno) }
    defer {
      close(descriptor)
      unlink(temporary)
    }
    let bytes = try JSONEncoder().encode(owner)
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard count == bytes.count, fsync(descriptor) == 0 else {
      throw SystemFailure("write \(ownerFile)", count < 0 ? errno : ENOSPC)
    }
    if let expected, self.owner() != expected { return nil }
    // A damaged note is nobody's.
    let isFree = replacing || self.owner() == nil && access(ownerFile, F_OK) == 0
    if isFree {
      guard rename(temporary, ownerFile) == 0 else {
        throw SystemFailure("write \(ownerFile)", errno)
      }
    } else {
      guard link(temporary, ownerFile) == 0 else {
        guard errno == EEXIST else { throw SystemFailure("write \(ownerFile)", errno) }
        return nil
      }
      unlink(temporary)
    }
    // Not by its path: there may be another one by now.
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw SystemFailure("read \(ownerFile)", errno) }
    return FileStamp(facts)
  }
}
