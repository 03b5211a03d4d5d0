import Foundation
import Pipelines
import Store

/// The environment of a step: a documented base, what the step declares, and nothing else.
enum StepEnvironment {
  /// Taken from the shell that launched, never from the agent's.
  static let base: Set<String> = [
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR",
    "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "all_proxy",
    "ALL_PROXY", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_CERT",
    "PIP_CONFIG_FILE", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "LD_LIBRARY_PATH",
    "CUDA_HOME", "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "VIRTUAL_ENV", "CONDA_PREFIX",
    "MODULEPATH",
  ]

  /// SageMaker's variable for the path of an input.
  static func channel(_ name: String) -> String {
    "SM_CHANNEL_" + name.uppercased().replacing("-", with: "_")
  }

  /// What of the launching shell's environment has to be kept for a pipeline's steps.
  static func kept(of environment: [String: String], for pipeline: Pipeline) -> [String: String] {
    let passed = Set(pipeline.steps.flatMap { $0.process?.passEnvironment ?? [] })
      .subtracting(secretNames(of: pipeline))
    return environment.filter { entry in
      base.contains(entry.key) || entry.key.hasPrefix("LC_") || passed.contains(entry.key)
    }
  }

  /// The values of the variables that a pipeline's steps declare as secrets.
  static func secrets(
    of environment: [String: String],
    for pipeline: Pipeline
  ) -> [String: String] {
    let names = secretNames(of: pipeline)
    return environment.filter { names.contains($0.key) }
  }

  private static func secretNames(of pipeline: Pipeline) -> Set<String> {
    Set(pipeline.steps.flatMap { $0.process?.secrets ?? [] })
  }

  /// Where programs are looked for when the launching shell had no PATH.
  static let defaultPath = "/usr/local/bin:/usr/bin:/bin"

  /// The file or fifo that lines of metrics are written to; a step may name one of its own.
  static let metricLines = "LATHE_METRICS"

  /// All that one step's script gets.
  ///
  /// `module` is the folder that holds the Python module; nil when it could not be unpacked.
  static func of(
    _ process: ProcessStep,
    declared: [String: String],
    launch: LaunchBody,
    run: RunRecord,
    step: String,
    attempt: AttemptFolder,
    module: String?
  ) -> [String: String] {
    var environment = launch.environment.filter {
      base.contains($0.key) || $0.key.hasPrefix("LC_") || process.passEnvironment.contains($0.key)
    }
    environment["PATH"] = environment["PATH"] ?? defaultPath
    if let python = process.python,
      let folder = PythonEnvironment(python, in: launch.instanceFolder)
    {
      environment["PATH"] = folder.bin + ":" + (environment["PATH"] ?? "")
      environment["VIRTUAL_ENV"] = folder.prefix
      environment["CONDA_PREFIX"] = nil
    }
    environment["PYTHONUNBUFFERED"] = "1"
    environment["OMP_NUM_THREADS"] = String(process.cpus.roundedUp)
    environment["LATHE_RUN"] = run.shortName
    environment["LATHE_STEP"] = step
    environment["LATHE_INSTANCE"] = run.instance
    environment["SM_NUM_CPUS"] = String(process.cpus.roundedUp)
    environment[metricLines] = attempt.metricLines
    environment.merge(declared) { _, declared in declared }
    if let module {
      environment["PYTHONPATH"] = EmbeddedModule.path(
        after: environment["PYTHONPATH"],
        folder: module
      )
    }
    // The mark by which a lost script is found and ended: no pipeline takes it off.
    environment["LATHE_ATTEMPT"] = attempt.path
    environment["LATHE_SDK"] = attempt.sdk
    return environment
  }
}

/// A Python environment that a step names: a venv's or conda environment's folder, or an interpreter.
struct PythonEnvironment: Equatable {
  /// The folder with `python`, put first on PATH.
  let bin: String
  let prefix: String

  init?(_ name: String, in folder: String) {
    let path = name.hasPrefix("/") ? name : folder + "/" + name
    if FileManager.default.isExecutableFile(atPath: path + "/bin/python") {
      bin = path + "/bin"
      prefix = path
    } else if FileManager.default.isExecutableFile(atPath: path),
      URL(filePath: path).lastPathComponent.hasPrefix("python")
    {
      bin = URL(filePath: path).deletingLastPathComponent().path
      prefix = URL(filePath: bin).deletingLastPathComponent().path
    } else {
      return nil
    }
  }

  /// The folders whose entries are the installed packages, and the file that tells the version.
  var places: [String] {
    let libraries = prefix == "/usr" ? ["/usr/lib", "/usr/local/lib"] : [prefix + "/lib"]
    return [prefix + "/pyvenv.cfg"]
      + libraries.flatMap { library -> [String] in
        let names = (try? FileManager.default.contentsOfDirectory(atPath: library)) ?? []
        return names.filter { $0.hasPrefix("python") }.sorted()
          .flatMap { ["\(library)/\($0)/site-packages", "\(library)/\($0)/dist-packages"] }
      }
  }

  /// What is installed: the interpreter's configuration and every distribution with its version.
  ///
  /// The path of the environment itself does not count, only what is in it.
  var lock: String {
    let configuration =
      (try? String(contentsOfFile: prefix + "/pyvenv.cfg", encoding: .utf8)) ?? ""
    let versions = configuration.split(separator: "\n").filter { $0.hasPrefix("version") }
    let distributions = places.dropFirst().flatMap { place in
      ((try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []).filter { name in
        [".dist-info", ".egg-info", ".egg-link", ".pth"].contains { name.hasSuffix($0) }
      }
    }
    return (versions.map(String.init) + distributions.sorted()).joined(separator: "\n")
  }
}
