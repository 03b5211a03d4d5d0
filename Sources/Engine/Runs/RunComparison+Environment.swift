package import Store

extension RunComparison {
  /// One variable, package or program that the steps of two runs differ in.
  package struct EnvironmentRow: Sendable, Equatable {
    /// "variable SEED", "package numpy", "python".
    package var name: String
    /// A value or version a run; nil where it is the base's, or not known.
    package var values: [String?]

    package init(name: String, values: [String?]) {
      self.name = name
      self.values = values
    }
  }

  /// What a step's environment was made of, as far as it was kept.
  package struct StepSetting: Sendable, Hashable {
    /// Those parts of its key that tell packages, programs and variables.
    package var parts: [String: Digest]
    /// Its variables' values; a secret has none.
    package var variables: [String: String]

    package init(parts: [String: Digest], variables: [String: String] = [:]) {
      self.parts = parts
      self.variables = variables
    }
  }

  /// What differs in the environments of steps that several runs have, the base's settings first.
  ///
  /// `packages` reads what was installed, by its digest.
  package static func environment(
    _ settings: [[String: StepSetting]],
    packages: (Digest) -> InstalledPackages?
  ) -> [EnvironmentRow] {
    guard let base = settings.first else { return [] }
    var rows: [String: [String?]] = [:]
    var names: [String] = []
    var read: [Digest: InstalledPackages?] = [:]
    func installed(_ digest: Digest) -> InstalledPackages? {
      if let known = read[digest] { return known }
      let found = packages(digest)
      read[digest] = .some(found)
      return found
    }
    for (place, other) in settings.enumerated().dropFirst() {
      // Most steps of a run have one environment: what was compared once tells nothing new.
      var compared: Set<[StepSetting]> = []
      for step in base.keys.sorted() {
        guard let before = base[step], let after = other[step],
          compared.insert([before, after]).inserted
        else { continue }
        let difference = KeyDifference(
          from: before.parts,
          to: after.parts,
          manifest: { _ in nil },
          packages: installed
        )
        for item in difference.items {
          var values = rows[item.part] ?? []
          if values.isEmpty {
            values = [String?](repeating: nil, count: settings.count)
            names.append(item.part)
          }
          let (old, new) = item.values(before, after)
          values[0] = values[0] ?? old
          values[place] = values[place] ?? new
          rows[item.part] = values
        }
      }
    }
    return names.map { EnvironmentRow(name: $0, values: rows[$0] ?? []) }
  }

  /// The settings of a run's steps, as far as they succeeded or came from the cache.
  static func settings(of run: RunRecord, _ catalog: Catalog) throws -> [String: StepSetting] {
    var settings: [String: StepSetting] = [:]
    for step in try catalog.steps(of: run.id) {
      guard let key = step.key, let parts = try catalog.components(of: key) else { continue }
      let folder = catalog.home.attempt(
        run: step.logRun,
        step: step.name,
        attempt: step.logAttempt
      )
      settings[step.name] = StepSetting(
        parts: parts.filter { part in kinds.contains { part.key.hasPrefix($0) } },
        variables: (try? AttemptSpec.read(folder))?.environment ?? [:]
      )
    }
    return settings
  }

  /// How the names of parts begin that make an environment.
  static let kinds = ["packages ", "variable "]
}

extension KeyDifference.Item {
  /// What it was and is, in words where there is no value.
  fileprivate func values(
    _ before: RunComparison.StepSetting,
    _ after: RunComparison.StepSetting
  ) -> (old: String, new: String) {
    let isVariable = part.hasPrefix("variable ")
    let none = isVariable ? "not set" : "not installed"
    let name = String(part.dropFirst("variable ".count))
    func value(_ setting: RunComparison.StepSetting) -> String? {
      setting.parts[part] == CacheKey.unset ? none : setting.variables[name]
    }
    let old = isVariable ? value(before) : from
    let new = isVariable ? value(after) : to
    return (
      change == .new ? none : old ?? (change == .gone ? "there" : "another"),
      change == .gone ? none : new ?? (change == .new ? "there" : "changed")
    )
  }
}
