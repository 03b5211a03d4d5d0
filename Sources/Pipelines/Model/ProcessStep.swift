/// What a Processing or Training step runs.
package struct ProcessStep: Sendable, Equatable {
  package enum Command: Sendable, Equatable {
    /// Started as it stands, no shell between.
    case arguments([Text])
    /// A line for `bash -c`; references in it reach the shell as variables, never as text.
    case shell(Text)
  }

  package var command: Command
  package var inputs: [String: Input]
  /// Paths relative to the step's work folder.
  package var outputs: [String: String]
  package var metrics: [MetricDefinition]
  package var environment: [String: Text]
  /// Variables taken from the shell that launched.
  package var passEnvironment: [String]
  /// Variables taken from the shell that launched whose values are never written down.
  ///
  /// They are no part of the cache key, and masked in the log.
  package var secrets: [String]
  /// A venv folder, a conda environment's folder or an interpreter, relative to the instance.
  package var python: String?
  /// Shell lines before the command, such as `module load cuda`.
  package var before: [String]
  /// What is set aside.
  package var cpus: CPUs
  /// Bytes; nil: no share is set aside and no limit holds.
  package var memory: Int?
  /// Whole GPUs that are set aside, of which alone the step sees any; nil: none is, and it sees what the
  /// shell that launched saw.
  package var gpus: Int?
  /// Files and folders of the instance that the step sees; nil: found from the command.
  package var code: [String]?
  package var cache: CachePolicy
  /// When a failed attempt is followed by another; of several that match, the first counts.
  package var retry: [RetryPolicy]
  /// Seconds after which an attempt is ended; nil: never.
  package var timeout: Double?
  /// Seconds between SIGTERM and SIGKILL when an attempt is ended.
  package var grace: Double
  /// Whether the step has a folder that survives its attempts.
  package var checkpoint: Bool
  /// Judged while the step logs.
  package var watch: [WatchRule]

  package init(
    command: Command,
    inputs: [String: Input] = [:],
    outputs: [String: String] = [:],
    metrics: [MetricDefinition] = [],
    environment: [String: Text] = [:],
    passEnvironment: [String] = [],
    secrets: [String] = [],
    python: String? = nil,
    before: [String] = [],
    cpus: CPUs = 1,
    memory: Int? = nil,
    gpus: Int? = nil,
    code: [String]? = nil,
    cache: CachePolicy = CachePolicy(),
    retry: [RetryPolicy] = [],
    timeout: Double? = nil,
    grace: Double = 10,
    checkpoint: Bool = false,
    watch: [WatchRule] = []
  ) {
    self.command = command
    self.inputs = inputs
    self.outputs = outputs
    self.metrics = metrics
    self.environment = environment
    self.passEnvironment = passEnvironment
    self.secrets = secrets
    self.python = python
    self.before = before
    self.cpus = cpus
    self.memory = memory
    self.gpus = gpus
    self.code = code
    self.cache = cache
    self.retry = retry
    self.timeout = timeout
    self.grace = grace
    self.checkpoint = checkpoint
    self.watch = watch
  }

  /// Whether an earlier execution's results may be taken.
  package var isCached: Bool {
    get { cache.isEnabled }
    set { cache.isEnabled = newValue }
  }

  package enum Input: Sendable, Equatable {
    /// A file or folder of the instance, relative to it.
    ///
    /// One that is not judged by its content may also be absolute.
    case path(String, by: Judgement = .content)
    case output(step: String, output: String)
  }

  /// How it is told whether an input has changed.
  package enum Judgement: Sendable, Equatable {
    /// By every byte; the input is copied into the object store.
    case content
    /// By size, modification time and change time of its files; linked, neither copied nor read.
    case stat
    /// By a text that the pipeline gives; linked, neither copied nor read.
    case version(String)
  }
}
