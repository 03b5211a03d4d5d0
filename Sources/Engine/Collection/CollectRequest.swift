package import Foundation
package import Store

/// What a collection is asked to free.
package struct CollectRequest: Sendable, Codable, Equatable {
  /// Which runs go; by default none.
  package var retention: Retention
  /// All of the trash goes, not only what has been there for `trashAge`.
  package var emptiesTrash: Bool
  /// The runs that were shown and may go; nil: nothing is changed, only told.
  package var approved: [Int]?

  /// Seconds that something stays in the trash.
  package static let trashAge = 30 * 86_400.0

  package init(
    retention: Retention = Retention(),
    emptiesTrash: Bool = false,
    approved: [Int]? = nil
  ) {
    self.retention = retention
    self.emptiesTrash = emptiesTrash
    self.approved = approved
  }
}

/// What a collection has freed, or would free.
package struct CollectionReport: Sendable, Codable, Equatable {
  package struct Run: Sendable, Codable, Equatable {
    package var run: Int
    package var name: String?
    package var instance: String
    package var pipeline: String
    package var status: RunStatus
    package var ended: Date
    /// What its removal frees: its folder, and the objects that go with it.
    package var bytes: Int
    package var reason: Retention.Reason
    /// The sweep that it is one of, and whether its main metric is the best of it.
    package var sweep: Int?
    package var isBest = false

    package var shortName: String { "r\(run)" }

    package init(
      run: Int,
      name: String?,
      instance: String,
      pipeline: String,
      status: RunStatus,
      ended: Date,
      bytes: Int,
      reason: Retention.Reason
    ) {
      self.run = run
      self.name = name
      self.instance = instance
      self.pipeline = pipeline
      self.status = status
      self.ended = ended
      self.bytes = bytes
      self.reason = reason
    }
  }

  package struct Amount: Sendable, Codable, Equatable {
    package var count = 0
    package var bytes = 0

    package init(count: Int = 0, bytes: Int = 0) {
      self.count = count
      self.bytes = bytes
    }

    init(_ leftovers: Leftovers) { self.init(count: leftovers.items.count, bytes: leftovers.bytes) }
  }

  /// What a home is to take at most, and what it takes when all that may go has gone.
  package struct Target: Sendable, Codable, Equatable {
    package var bytes: Int
    package var left: Int
    /// The trash goes whatever its age, before any run does.
    package var emptiesTrash: Bool
    /// What keeps it from taking less.
    package var stays: [Stay] = []

    package struct Stay: Sendable, Codable, Equatable {
      package enum What: Sendable, Codable, Equatable {
        case runs(Retention.Hold)
        /// Objects that were stored within the last hour.
        case young
      }

      package var what: What
      package var amount: Amount

      package init(_ what: What, _ amount: Amount) {
        self.what = what
        self.amount = amount
      }
    }

    /// By how much it is missed.
    package var above: Int { max(0, left - bytes) }

    package init(bytes: Int, left: Int, emptiesTrash: Bool, stays: [Stay] = []) {
      self.bytes = bytes
      self.left = left
      self.emptiesTrash = emptiesTrash
      self.stays = stays
    }
  }

  /// Launched first first.
  package var runs: [Run] = []
  /// The folders of runs: of those that go, and what earlier removals have left.
  package var runFolders = Amount()
  /// Work folders of steps whose outputs are in the store.
  package var workFolders = Amount()
  /// Objects that nothing refers to, once the runs have gone.
  package var objects = Swept()
  package var trash = Amount()
  /// Where a size was asked for.
  package var target: Target?
  /// Nothing of it is left to do.
  package var isDone = false

  package var totalBytes: Int {
    runFolders.bytes + workFolders.bytes + objects.bytes + trash.bytes
  }

  package var isEmpty: Bool {
    runs.isEmpty && runFolders.count + workFolders.count + objects.objects + trash.count == 0
  }

  package init() {}
}
